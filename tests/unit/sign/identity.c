// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/identity.h"
#include "base/alloc.h"

#define REPO "https://github.com/acme/ebpf/.github/workflows/release.yml@refs/tags/v1"

static void matches_names(void **state)
{
	static const struct {
		const char *name, *wanted;
		bool is_pattern, is_match;
	} cases[] = {
		{ REPO, REPO, false, true },
		{ REPO, REPO "2", false, false },
		{ REPO, "https://github.com/acme/", false, false },
		{ REPO, "https://github\\.com/acme/.*", true, true },
		{ REPO, "https://github\\.com/acme/", true, false }, /* the whole */
		{ REPO, "github\\.com/acme/.*", true, false },
		{ REPO, ".*@refs/tags/v[0-9]+", true, true },
		{ REPO, "^https://github\\.com/(acme|other)/.*$", true, true },
		{ REPO, "a|.*", true, true },
		{ REPO, "https|x", true, false }, /* ^(https|x)$, not ^https|x$ */
		{ "a@b.c", "[a-z]{1,3}@b\\.c", true, true },
		{ "evil\nhttps://github.com/acme/", "https://github\\.com/acme/", true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sign_identity identity = { .name = (char *)cases[i].name };
		struct sign_identity_rule rule = { .name = cases[i].wanted,
						   .name_is_pattern = cases[i].is_pattern };
		struct err err = { 0 };

		if (sign_identity_match(&identity, &rule, &err) != (cases[i].is_match ? 0 : -1))
			fail_msg("%zu: %s", i, err.text);
		if (!cases[i].is_match)
			assert_int_equal(err.code, EC_UNTRUSTED);
	}
}

static void matches_issuers(void **state)
{
	struct sign_identity identity = { .name = (char *)"a", .issuer = (char *)"https://i" };
	struct sign_identity nobody = { .name = (char *)"a" };
	struct sign_identity_rule exact = { .name = "a", .issuer = "https://i" };
	struct sign_identity_rule pattern = { .issuer = ".*", .issuer_is_pattern = true };
	struct sign_identity_rule other = { .issuer = "https://" };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_identity_match(&identity, &exact, &err), 0);
	assert_int_equal(sign_identity_match(&identity, &pattern, &err), 0);
	assert_int_equal(sign_identity_match(&identity, &other, &err), -1);
	assert_string_equal(err.text, "issuer: it is signed by \"https://i\", not by \"https://\"");
	assert_int_equal(sign_identity_match(&nobody, &exact, &err), -1);
	assert_int_equal(sign_identity_match(&nobody, &pattern, &err), -1);
	assert_string_equal(err.text, "issuer: it is signed by \"(none)\", not by \".*\"");
}

static void refuses_patterns(void **state)
{
	static const char *const bad[] = {
		"(",
		"a)(b",
		"[a",
		"\\d+",
		"(a)\\1",
		"a\\",
		"\\",
		"*a)",
		"a{1000}{1000}",
		"(a{100}){100}",
		"a{99999999999}",
		"a{2,1}",
	};
	static const char *const good[] = {
		"", "a{3}", "a\\{1\\}", "(a|b)*", "\\.\\*", "a{0,100}"
	};
	AUTO(free) char *large = mem_alloc(SIGN_PATTERN_MAX + 2);
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (sign_pattern_check(bad[i], &err) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.code, EC_USAGE);
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (sign_pattern_check(good[i], &err) < 0)
			fail_msg("%s", err.text);
	memset(large, 'a', SIGN_PATTERN_MAX + 1);
	assert_int_equal(sign_pattern_check(large, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_names),
		cmocka_unit_test(matches_issuers),
		cmocka_unit_test(refuses_patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
