// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/keyless.h"
#include "base/alloc.h"
#include "sign/statement.h"
#include "support/data.h"

#define NAME "https://github.com/acme/ebpf/.github/workflows/release.yml@refs/tags/v1"
#define ISSUER "https://token.actions.githubusercontent.com"

static const struct sign_identity_rule acme = { .name = NAME, .issuer = ISSUER };

static void read_root(const char *path, struct sign_trusted_root *out)
{
	AUTO(str) struct str text = data_read(path);
	struct err err = { 0 };

	if (sign_trusted_root_parse((struct span){ text.data, text.len }, out, &err) < 0)
		fail_msg("%s", err.text);
}

/* Read and verify; the error is what either says. */
static int verify(const char *path, const char *root_path, const struct sign_keyless_policy *policy,
		  struct sign_keyless_result *out, struct err *err)
{
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(str) struct str text = data_read(path);

	read_root(root_path, &root);
	if (sign_bundle_parse((struct span){ text.data, text.len }, &bundle, err) < 0)
		return -1;
	return sign_keyless_verify(&bundle, &root, policy, out, err);
}

#define DATA TEST_DATA "/sign/sigstore/"
#define ROOT DATA "trusted_root.json"

static void believes_what_is_good(void **state)
{
	static const struct {
		const char *file;
		bool accepts_timestamps;
		int64_t time;
		uint64_t index;
	} good[] = {
		{ DATA "bundle.json", false, 1795309350, 5 },
		{ DATA "bundle.json", true, 1795309350, 5 },
		{ DATA "bundle_tsa.json", false, 1795309375, 6 },
		{ DATA "bundle_tsa.json", true, 1795309375, 6 },
		{ DATA "jsbundle.json", false, 1795309534, 10 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(sign_keyless_result) struct sign_keyless_result result = { 0 };
		struct sign_keyless_policy policy = {
			.rules = &acme,
			.n_rules = 1,
			.accepts_timestamps = good[i].accepts_timestamps,
		};
		struct err err = { 0 };

		if (verify(good[i].file, ROOT, &policy, &result, &err) < 0)
			fail_msg("%s: %s", good[i].file, err.text);
		assert_string_equal(result.identity.name, NAME);
		assert_string_equal(result.identity.issuer, ISSUER);
		assert_int_equal(result.time, good[i].time);
		assert_true(result.has_log_index);
		assert_int_equal(result.log_index, good[i].index);
	}
}

static void names_the_check_that_failed(void **state)
{
	static const struct {
		const char *file, *root, *text;
		enum err_code code;
	} bad[] = {
		{ DATA "n1.json", ROOT, "signing time: ", EC_UNTRUSTED },
		{ DATA "n2.json", ROOT,
		  "bundle.verificationMaterial.tlogEntries[0]: inclusion proof: ", EC_CORRUPT },
		{ DATA "n3.json", ROOT, "inclusion proof: ", EC_UNTRUSTED },
		{ DATA "n4.json", ROOT, "inclusion promise: ", EC_UNTRUSTED },
		{ DATA "n5.json", ROOT, "transparency log: there is no entry", EC_UNTRUSTED },
		{ DATA "n6.json", ROOT, "checkpoint: the signature is not", EC_UNTRUSTED },
		{ DATA "n7.json", ROOT, "signature: ", EC_UNTRUSTED },
		{ DATA "bundle.json", DATA "t1.json", "certificate timestamp (SCT): none is by",
		  EC_UNTRUSTED },
		{ DATA "bundle.json", DATA "t2.json", "certificate chain: ", EC_UNTRUSTED },
		{ DATA "bundle.json", DATA "tr-empty.json", "transparency log: no entry is",
		  EC_UNTRUSTED },
		{ DATA "bundleA.json", ROOT, "signature: it is by a key", EC_UNTRUSTED },
	};
	static const struct sign_keyless_policy policy = { .rules = &acme, .n_rules = 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_keyless_result result = { .time = 7 };
		struct err err = { 0 };

		if (verify(bad[i].file, bad[i].root, &policy, &result, &err) == 0)
			fail_msg("%s: believed", bad[i].file);
		if (strncmp(err.text, bad[i].text, strlen(bad[i].text)) != 0)
			fail_msg("%s: %s", bad[i].file, err.text);
		assert_int_equal(err.code, bad[i].code);
		assert_int_equal(result.time, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_what_is_good),
		cmocka_unit_test(names_the_check_that_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
