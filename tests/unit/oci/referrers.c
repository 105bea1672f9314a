// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/referrers.h"

#include "base/alloc.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void knows_tags_of_digests(void **state)
{
	static const struct {
		const char *tag, *suffix;
		bool is_of_digest;
	} cases[] = {
		{ "sha256-" HEX ".sig", ".sig", true },
		{ "sha256-" HEX ".att", ".att", true },
		{ "sha256-" HEX ".sbom", ".sbom", true },
		{ "sha256-" HEX, NULL, true },
		{ "sha256-" HEX ".", NULL, true },
		{ "sha256-" HEX ".sig2", NULL, true },
		{ "sha256-" HEX "sig", NULL, false },
		{ "sha256-0" HEX ".sig", NULL, false },
		{ "sha256-0123.sig", NULL, false },
		{ "sha512-" HEX ".sig", NULL, false },
		{ "1.0", NULL, false },
		{ "", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *suffix = oci_tag_suffix(cases[i].tag);
		struct oci_digest digest;

		if (oci_tag_is_of_digest(cases[i].tag) != cases[i].is_of_digest ||
		    !suffix != !cases[i].suffix || (suffix && strcmp(suffix, cases[i].suffix)))
			fail_msg("%s: %s", cases[i].tag, suffix);
		if (!suffix)
			continue;
		oci_tag_subject(cases[i].tag, &digest);
		assert_string_equal(digest.text, "sha256:" HEX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_tags_of_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
