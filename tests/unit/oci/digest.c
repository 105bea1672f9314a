// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/digest.h"
#include "base/alloc.h"

/* printf abc | sha256sum */
#define ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void hashes(void **state)
{
	struct oci_digest digest;

	oci_digest_of("abc", 3, &digest);
	assert_string_equal(digest.text, ABC);
	assert_string_equal(oci_digest_hex(&digest), &ABC[7]);
}

static void parses_only_digests(void **state)
{
	static const char *const bad[] = {
		"",
		"sha256:",
		"abc",
		ABC "0",
		"SHA256:ba78",
		"md5:00",
		":",
		"sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
		"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
		"sha256:../../../../../../../../../../../../../../../../../etc/passwd0000",
	};
	struct oci_digest digest = { "" };
	struct err err = { 0 };

	assert_int_equal(oci_digest_parse(ABC, &digest, &err), 0);
	assert_string_equal(digest.text, ABC);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(oci_digest_parse(bad[i], &digest, &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_string_equal(digest.text, ABC);
		assert_false(oci_digest_is_valid(bad[i]));
	}
	assert_int_equal(oci_digest_parse("sha512:00", &digest, &err), -1);
	assert_string_equal(err.text, "digest 'sha512:00': only sha256 is supported");
}

static void compares(void **state)
{
	struct oci_digest a, b, none = { "" };

	oci_digest_of("a", 1, &a);
	oci_digest_of("b", 1, &b);
	assert_false(oci_digest_equal(&a, &b));
	assert_true(oci_digest_equal(&a, &a));
	assert_string_equal(oci_digest_hex(&none), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),
		cmocka_unit_test(parses_only_digests),
		cmocka_unit_test(compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
