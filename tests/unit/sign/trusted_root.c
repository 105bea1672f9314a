// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/trusted_root.h"
#include "base/alloc.h"
#include "support/data.h"

#define TYPE "\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\""
#define LOG(valid)                                                          \
	"{" TYPE ",\"tlogs\":[{\"publicKey\":{\"rawBytes\":\"YQ==\"," valid \
	"},\"logId\":{\"keyId\":\"YQ==\"}}]}"
#define CA(chain)                                       \
	"{" TYPE ",\"certificateAuthorities\":[{" chain \
	",\"validFor\":{\"start\":\"2020-01-01T00:00:00Z\"}}]}"

static void reads_what_is_there(void **state)
{
	AUTO(str) struct str text = data_read(TEST_DATA "/sign/sigstore/trusted_root.json");
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_trusted_root_parse((struct span){ text.data, text.len }, &root, &err),
			 0);
	assert_int_equal(root.n_tlogs, 1);
	assert_int_equal(root.n_ctlogs, 1);
	assert_int_equal(root.n_cas, 1);
	assert_int_equal(root.n_tsas, 1);
	assert_int_equal(root.tlogs[0].id.len, 32);
	assert_int_equal(root.tlogs[0].valid.start, 1795305748);
	assert_true(root.tlogs[0].valid.end == INT64_MAX);
	assert_int_equal(root.tsas[0].n_certificates, 2);
}

static void is_valid_at_both_ends(void **state)
{
	static const char text[] = LOG("\"validFor\":{\"start\":\"2020-01-01T00:00:00Z\",\"end\":"
				       "\"2020-01-02T00:00:00.5Z\"}");
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	const struct str id = { .data = (char *)"a", .len = 1 };
	const struct str other = { .data = (char *)"b", .len = 1 };
	struct err err = { 0 };
	const int64_t day = 1577836800;

	(void)state;
	assert_int_equal(sign_trusted_root_parse(span_of(text), &root, &err), 0);
	assert_false(sign_period_covers(&root.tlogs[0].valid, day - 1));
	assert_true(sign_period_covers(&root.tlogs[0].valid, day));
	assert_true(sign_period_covers(&root.tlogs[0].valid, day + 86400));
	assert_false(sign_period_covers(&root.tlogs[0].valid, day + 86401));
	assert_ptr_equal(sign_log_find(root.tlogs, 1, &id, 0), &root.tlogs[0]);
	assert_null(sign_log_find(root.tlogs, 1, &other, day));
}

static void refuses_others(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "trusted root:1:1: not valid JSON" },
		{ "[]", "trusted root: expected an object" },
		{ "{}", "trusted root.mediaType: expected a string" },
		{ "{\"mediaType\":\"application/json\"}", "trusted root.mediaType: not that" },
		{ "{" TYPE ",\"tlogs\":{}}", "trusted root.tlogs: expected an array" },
		{ "{" TYPE ",\"tlogs\":[7]}", "trusted root.tlogs[0]: expected an object" },
		{ LOG("\"validFor\":{}"), "trusted root.tlogs[0].publicKey.validFor.start: exp" },
		{ LOG("\"x\":1"), "trusted root.tlogs[0].publicKey.validFor: expected an object" },
		{ LOG("\"validFor\":{\"start\":\"yesterday\"}"),
		  "trusted root.tlogs[0].publicKey.validFor.start: not a time" },
		{ LOG("\"validFor\":{\"start\":\"2020-01-01T00:00:00Z\",\"end\":7}"),
		  "trusted root.tlogs[0].publicKey.validFor.end: expected a string" },
		{ CA("\"certChain\":{\"certificates\":[{\"rawBytes\":\"?\"}]}"),
		  "trusted root.certificateAuthorities[0].certChain.certificates[0].rawBytes: not" },
		{ CA("\"x\":1"), "trusted root.certificateAuthorities[0].certChain: expected" },
		{ "{" TYPE "," TYPE "}", "trusted root:1:" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_trusted_root root = { 0 };
		struct err err = { 0 };

		assert_int_equal(sign_trusted_root_parse(span_of(bad[i].text), &root, &err), -1);
		if (strncmp(err.text, bad[i].why, strlen(bad[i].why)) != 0)
			fail_msg("%zu: %s", i, err.text);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_null(root.tlogs);
	}
}

static void passes_over_what_it_does_not_know(void **state)
{
	static const char text[] = "{" TYPE ",\"signingConfig\":{\"a\":[1]},\"tlogs\":null}";
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_trusted_root_parse(span_of(text), &root, &err), 0);
	assert_int_equal(root.n_tlogs, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_there),
		cmocka_unit_test(is_valid_at_both_ends),
		cmocka_unit_test(refuses_others),
		cmocka_unit_test(passes_over_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
