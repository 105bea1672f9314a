// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* The interface of version 2, against what cosign asks and makes of the answer. */
#include "base/alloc.h"
#include "base/json.h"
#include "sign/fulcio_request.h"
#include "sign/key_generate.h"
#include "sign/keyed.h"
#include "sign/keyless.h"
#include "sign/rekor.h"
#include "support/data.h"

#define DATA TEST_DATA "/sign/services/"
#define NAME "https://github.com/acme/ebpf/.github/workflows/release.yml@refs/tags/v1"
#define ISSUER "https://token.actions.githubusercontent.com"

static struct span span_of_str(const struct str *s)
{
	return (struct span){ str_text(s), s->len };
}

static void read_bundle(const char *path, struct sign_bundle *out)
{
	AUTO(str) struct str text = data_read(path);
	struct err err = { 0 };

	if (sign_bundle_parse(span_of_str(&text), out, &err) < 0)
		fail_msg("%s: %s", path, err.text);
}

static void read_root(struct sign_trusted_root *out)
{
	AUTO(str) struct str text = data_read(DATA "trusted_root2.json");
	struct err err = { 0 };

	assert_int_equal(sign_trusted_root_parse(span_of_str(&text), out, &err), 0);
}

/* What cosign proposed, its members sorted. */
static char *recorded(const char *path)
{
	AUTO(str) struct str text = data_read(path);
	AUTO(json) json_t *json = json_loadb(text.data, text.len, 0, NULL);

	assert_non_null(json);
	return js_dump(json);
}

/* The key of a proposal that has one. */
static struct sign_key *recorded_key(void)
{
	AUTO(str) struct str text = data_read(DATA "hashedrekord2-key-request.json");
	const char *start = strstr(str_text(&text), "\"rawBytes\":\"");
	AUTO(free) char *pem = NULL;
	struct sign_key *key = NULL;
	struct err err = { 0 };

	assert_non_null(start);
	start += strlen("\"rawBytes\":\"");
	pem = mem_printf("-----BEGIN PUBLIC KEY-----\n%.*s\n-----END PUBLIC KEY-----\n",
			 (int)strcspn(start, "\""), start);
	assert_int_equal(sign_key_read_public(span_of(pem), "key", &key, &err), 0);
	return key;
}

static void proposes_as_cosign_does(void **state)
{
	AUTO(free) char *expected = recorded(DATA "hashedrekord2-request.json");
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(str) struct str pem = STR_MAX(LIMIT_TEXT);
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(free) char *text = NULL;
	struct err err = { 0 };

	(void)state;
	read_bundle(DATA "bundle2.json", &bundle);
	sign_certificates_pem(bundle.certificates, 1, &pem);
	assert_int_equal(sign_key_read_public(span_of_str(&pem), "certificate", &key, &err), 0);
	if (sign_rekor2_proposal(&bundle, (struct span){ NULL, 0 },
				 span_of_str(&bundle.certificates[0]), key, &text, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(text, expected);
}

static void proposes_for_keys_as_cosign_does(void **state)
{
	AUTO(free) char *expected = recorded(DATA "hashedrekord2-key-request.json");
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(sign_key) struct sign_key *key = recorded_key();
	AUTO(free) char *text = NULL;
	struct err err = { 0 };

	(void)state;
	read_bundle(DATA "bundle2-key.json", &bundle);
	if (sign_rekor2_proposal(&bundle, (struct span){ NULL, 0 }, (struct span){ NULL, 0 }, key,
				 &text, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(text, expected);
}

static void refuses_keys_that_have_no_name_there(void **state)
{
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(free) char *text = NULL;
	struct err err = { 0 };

	(void)state;
	read_bundle(DATA "bundle2.json", &bundle);
	assert_int_equal(sign_key_generate(SIGN_ED25519, &key, &err), 0);
	assert_int_equal(sign_rekor2_proposal(&bundle, (struct span){ NULL, 0 },
					      (struct span){ NULL, 0 }, key, &text, &err),
			 -1);
	assert_int_equal(err.code, EC_UNSUPPORTED);
	assert_null(text);
}

/* The entry is that of the bundle that cosign made of it, and is written as there. */
static void reads_an_entry(void **state)
{
	AUTO(str) struct str answer = data_read(DATA "hashedrekord2-answer.json");
	AUTO(str) struct str bundle_text = data_read(DATA "bundle2.json");
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(free) char *text = NULL;
	struct err err = { 0 };

	(void)state;
	read_bundle(DATA "bundle2.json", &bundle);
	sign_tlog_entry_done(&bundle.entries[0]);
	if (sign_rekor2_answer(span_of_str(&answer), &bundle.entries[0], &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(bundle.entries[0].integrated_time, 0);
	assert_int_equal(bundle.entries[0].promise.len, 0);
	text = sign_bundle_dump(&bundle);
	assert_string_equal(text, str_text(&bundle_text));
}

/* With the time of the timestamp, since the log has none. */
static void verifies_what_cosign_made(void **state)
{
	static const struct sign_identity_rule rule = { .name = NAME, .issuer = ISSUER };
	struct sign_keyless_policy policy = { .rules = &rule, .n_rules = 1 };
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	AUTO(sign_keyless_result) struct sign_keyless_result result = { 0 };
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(sign_bundle) struct sign_bundle keyed = { 0 };
	AUTO(sign_key) struct sign_key *key = recorded_key();
	struct sign_keyed_result keyed_result;
	struct err err = { 0 };

	(void)state;
	read_root(&root);
	read_bundle(DATA "bundle2.json", &bundle);
	read_bundle(DATA "bundle2-key.json", &keyed);
	assert_int_equal(sign_keyless_verify(&bundle, &root, &policy, &result, &err), -1);
	assert_memory_equal(err.text, "signing time: ", 14);
	policy.accepts_timestamps = true;
	if (sign_keyless_verify(&bundle, &root, &policy, &result, &err) < 0)
		fail_msg("%s", err.text);
	if (sign_keyed_verify(&keyed, key, &(struct sign_keyed_policy){ .root = &root },
			      &keyed_result, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(keyed_result.has_log_index);
}

static void refuses_what_is_no_answer(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "answer:" },
		{ "[]", "answer: expected an object" },
		{ "{}", "answer.logId: " },
		{ "{\"other\":1}", "answer: a member \"other\" is not known" },
		{ "{\"logId\":{\"keyId\":\"AA==\"},\"kindVersion\":{\"kind\":\"dsse\","
		  "\"version\":\"0.0.2\"},\"canonicalizedBody\":\"AA==\"}",
		  "answer: there is no inclusion proof" },
		{ "{\"logId\":{\"keyId\":\"AA==\"},\"kindVersion\":{\"kind\":\"dsse\","
		  "\"version\":\"0.0.2\"},\"canonicalizedBody\":\"AA==\",\"inclusionProof\":{"
		  "\"rootHash\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}}",
		  "answer: there is no inclusion proof, or it has no checkpoint" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_tlog_entry entry = { .log_index = 7 };
		struct err err = { 0 };

		if (sign_rekor2_answer(span_of(bad[i].text), &entry, &err) == 0)
			fail_msg("%s: read", bad[i].text);
		if (strncmp(err.text, bad[i].why, strlen(bad[i].why)) != 0)
			fail_msg("%s: %s", bad[i].text, err.text);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_int_equal(entry.log_index, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proposes_as_cosign_does),
		cmocka_unit_test(proposes_for_keys_as_cosign_does),
		cmocka_unit_test(refuses_keys_that_have_no_name_there),
		cmocka_unit_test(reads_an_entry),
		cmocka_unit_test(verifies_what_cosign_made),
		cmocka_unit_test(refuses_what_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
