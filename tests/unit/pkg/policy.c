// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/policy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "pkg/policy_edit.h"
#include "support/data.h"

#define KEY                                                                                         \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf5iRnR8dqmx3x/0AJVZjKiHZWLETAy9uN2Qn1jGemOUqLR2wY0HRw" \
	"OXr/mTgtJNYCRhWzFbPNRltQmgZHsXq7g=="
#define FINGERPRINT "sha256:d2635a401792979238177bc2dc5210467fac062dee3e22bc82e3cb41540004b9"

static void parse(const char *text, enum policy_origin origin, struct policy *out)
{
	struct err err = { 0 };

	if (policy_parse(span_of(text), "p.yaml", origin, &out->files[origin], &err) < 0)
		fail_msg("%s", err.text);
}

/* --- scopes ---------------------------------------------------------------------------------------- */

static const struct {
	const char *scope, *place;
	bool covers;
} scopes[] = {
	{ "ghcr.io/x", "ghcr.io/x/opensnoop", true },
	{ "ghcr.io/x/", "ghcr.io/x/opensnoop", true },
	{ "ghcr.io/x", "ghcr.io/x", true },
	{ "ghcr.io/x", "ghcr.io/xy", false },
	{ "ghcr.io/x", "ghcr.io/xy/z", false },
	{ "ghcr.io", "ghcr.io/x", true },
	{ "ghcr.io", "ghcr.io:443/x", false },
	{ "ghcr.io", "ghcr.io.evil.example/x", false },
	{ "localhost:5000", "localhost:5000/x", true },
	{ "localhost:5000", "localhost:50001/x", false },
	{ "ghcr.io/x/opensnoop", "ghcr.io/x/opensnoop", true },
	{ "ghcr.io/x/opensnoop", "ghcr.io/x/opensnoop2", false },
	{ "opensnoop", "opensnoop", true },
	{ "opensnoop", "ghcr.io/opensnoop", false },
	{ "file:/opt", "file:/opt/x.bpf.o", true },
	{ "file:/opt", "file:/optional/x.bpf.o", false },
	{ "file:/", "file:/opt/x.bpf.o", true },
	{ "*", "ghcr.io/x", true },
	{ "*", "stdin", true },
	{ "https://a.example/x", "https://a.example/x/y.json", true },
	{ "https://a.example", "https://a.example.evil/x", false },
};

static void test_scopes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++)
		if (policy_scope_covers(scopes[i].scope, scopes[i].place) != scopes[i].covers)
			fail_msg("%s of %s", scopes[i].scope, scopes[i].place);
}

/* NULL: it is refused */
static const struct {
	const char *text, *scope;
} spelled[] = {
	{ "ghcr.io/x/", "ghcr.io/x" },
	{ "ghcr.io/x///", "ghcr.io/x" },
	{ "ghcr.io", "ghcr.io" },
	{ "localhost:5000/", "localhost:5000" },
	{ "[::1]:5000/x", "[::1]:5000/x" },
	{ "index.docker.io/x", "docker.io/x" },
	{ "opensnoop", "opensnoop" },
	{ "GHCR.io:443/x", "ghcr.io/x" },
	{ "https://A.Example:443/X", "https://a.example/X" },
	{ "*", "*" },
	{ "file:/", "file:/" },
	{ "file:/opt/", "file:/opt" },
	{ "stdin", "stdin" },
	{ "https://a.example/x/", "https://a.example/x" },
	{ "", NULL },
	{ "ghcr.io/x:1.0", NULL },
	{ "ghcr.io/x@sha256:aa", NULL },
	{ "ghcr.io/*", NULL },
	{ "ghcr.io/x y", NULL },
	{ "ghcr.io/x\n", NULL },
	{ "ghcr.io//x", NULL },
	{ "UPPER/x:", NULL },
};

static void test_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(spelled); i++) {
		AUTO(free) char *scope = NULL;
		struct err err = { 0 };
		int rc = policy_scope_parse(spelled[i].text, &scope, &err);

		if (!spelled[i].scope) {
			if (rc == 0)
				fail_msg("%s is taken", spelled[i].text);
			assert_int_equal(err.code, EC_USAGE);
		} else if (rc < 0 || strcmp(scope, spelled[i].scope) != 0) {
			fail_msg("%s: %s", spelled[i].text, scope ? scope : err.text);
		}
	}
}

static void test_longest(void **state)
{
	AUTO(policy) struct policy policy = { 0 };

	(void)state;
	parse("scopes:\n  '*': {unsigned: allow}\n  ghcr.io/x: {}\n  ghcr.io/x/y: {built: refuse}\n"
	      "  ghcr.io: {}\n",
	      POLICY_PERSON, &policy);
	assert_string_equal(policy_find(&policy, POLICY_PERSON, "ghcr.io/x/y/z")->scope,
			    "ghcr.io/x/y");
	assert_string_equal(policy_find(&policy, POLICY_PERSON, "ghcr.io/x/yy")->scope,
			    "ghcr.io/x");
	assert_string_equal(policy_find(&policy, POLICY_PERSON, "ghcr.io/a")->scope, "ghcr.io");
	assert_string_equal(policy_find(&policy, POLICY_PERSON, "quay.io/a")->scope, "*");
	assert_null(policy_find(&policy, POLICY_SYSTEM, "quay.io/a"));
}

static void test_places(void **state)
{
	static const struct {
		const char *registry, *repository, *place;
	} places[] = {
		{ "ghcr.io", "x/y", "ghcr.io/x/y" },
		{ "GHCR.IO", "x/y", "ghcr.io/x/y" },
		{ "ghcr.io:443", "x/y", "ghcr.io/x/y" },
		{ "ghcr.io:444", "x/y", "ghcr.io:444/x/y" },
		{ "Index.Docker.io", "library/x", "docker.io/library/x" },
		{ "LOCALHOST:5000", "x", "localhost:5000/x" },
	};
	AUTO(free) char *url = policy_place_of_url("https://A.example:443/x/Y.json?q=1#z");
	AUTO(free) char *bare = policy_place_of_url("http://A.example?q");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		AUTO(free) char *place = policy_place(places[i].registry, places[i].repository);

		assert_string_equal(place, places[i].place);
	}
	assert_string_equal(url, "https://a.example/x/Y.json");
	assert_string_equal(bare, "http://a.example");
}

/* --- reading ---------------------------------------------------------------------------------------- */

static const char *const malformed[] = {
	"scope: {}\n",
	"scopes: []\n",
	"scopes: {'ghcr.io/x:1': {}}\n",
	"scopes: {'ghcr.io/x': {}, 'ghcr.io/x/': {}}\n",
	"scopes: {'index.docker.io/x': {}}\n",
	"scopes: {a: {key: [x]}}\n",
	"scopes: {a: {keys: x}}\n",
	"scopes: {a: {keys: [1]}}\n",
	"scopes: {a: {keys: ['']}}\n",
	"scopes: {a: {keys: [{name: x}]}}\n",
	"scopes: {a: {keys: [{key: x, file: y}]}}\n",
	"scopes: {a: {keys: [{key: x, unknown: y}]}}\n",
	"scopes: {a: {identities: [{identity: x}]}}\n",
	"scopes: {a: {identities: [{issuer: x}]}}\n",
	"scopes: {a: {identities: [{identity: x, identity_pattern: y, issuer: z}]}}\n",
	"scopes: {a: {identities: [{identity_pattern: '(', issuer: z}]}}\n",
	"scopes: {a: {identities: [{identity: '', issuer: z}]}}\n",
	"scopes: {a: {notation: [{store: x}]}}\n",
	"scopes: {a: {notation: [{store: x, subjects: []}]}}\n",
	"scopes: {a: {notation: [{store: x, subjects: [nonsense]}]}}\n",
	"scopes: {a: {threshold: 0}}\n",
	"scopes: {a: {threshold: 65}}\n",
	"scopes: {a: {threshold: -1}}\n",
	"scopes: {a: {threshold: '2'}}\n",
	"scopes: {a: {keys: [x], threshold: 2}}\n",
	"scopes: {a: {unsigned: yes}}\n",
	"scopes: {a: {unsigned: true}}\n",
	"scopes: {a: {unsigned: allow, keys: [x]}}\n",
	"scopes: {a: {built: maybe}}\n",
	"scopes: {a: {deny: [1]}}\n",
	"scopes: {a: {deny: {}}}\n",
	"scopes: {a: null}\n",
	"scopes: {a: {}, a: {}}\n",
	"revoked: [abc]\n",
	"revoked: {}\n",
	"trusted_root: []\n",
	"deny: [[x]]\n",
	"[]\n",
	"x\n",
};

static void test_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		struct policy_file file;
		struct err err = { 0 };

		if (policy_parse(span_of(malformed[i]), "p.yaml", POLICY_PERSON, &file, &err) == 0)
			fail_msg("taken: %s", malformed[i]);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_non_null(strstr(err.text, "p.yaml"));
		policy_file_done(&file);
	}
}

static void test_whole(void **state)
{
	AUTO(policy) struct policy policy = { 0 };
	const struct policy_rule *rule;

	(void)state;
	parse("# a comment\nrevoked: " FINGERPRINT "\ndeny: bpf_probe_write_user\n"
	      "trusted_root: root.json\nscopes:\n  ghcr.io/x/:\n    keys:\n    - a.pub\n"
	      "    - {name: b, key: " KEY "}\n    identities:\n"
	      "    - {identity_pattern: '.*@x\\.org', issuer: https://i}\n    threshold: 3\n"
	      "    deny: [lsm, xdp]\n",
	      POLICY_PERSON, &policy);
	rule = policy_find(&policy, POLICY_PERSON, "ghcr.io/x/a");
	assert_int_equal(rule->n_signers, 3);
	assert_string_equal(rule->signers[0].file, "a.pub");
	assert_string_equal(rule->signers[1].name, "b");
	assert_true(rule->signers[2].identity.name_is_pattern);
	assert_int_equal(rule->threshold, 3);
	assert_int_equal(policy.files[POLICY_PERSON].revoked.n_items, 1);
}

/* --- denying ---------------------------------------------------------------------------------------- */

static const struct {
	const char *system, *person, *place;
	const char *words[3];
	const char *denied;
} denials[] = {
	{ "", "deny: [xdp]", "a", { "xdp" }, "xdp" },
	{ "deny: [xdp]", "", "a", { "xdp" }, "xdp" },
	{ "", "deny: [fentry]", "a", { "bpf_x", "fentry/do_exit" }, "fentry/do_exit" },
	{ "", "deny: [fentry/do_exit]", "a", { "fentry/do_exit2" }, NULL },
	{ "", "deny: [fent]", "a", { "fentry/do_exit" }, NULL },
	{ "", "scopes: {a: {deny: [lsm]}}", "a/b", { "lsm" }, "lsm" },
	{ "", "scopes: {a: {deny: [lsm]}}", "b", { "lsm" }, NULL },
	{ "scopes: {a: {deny: [lsm]}}", "scopes: {a: {unsigned: allow}}", "a", { "lsm" }, "lsm" },
	{ "", "scopes: {a: {deny: [lsm]}, a/b: {}}", "a/b", { "lsm" }, "lsm" },
	{ "", "scopes: {'*': {deny: [lsm]}, a: {}}", "a/b", { "lsm" }, "lsm" },
	{ "", "", "a", { "lsm" }, NULL },
};

static void test_denials(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(denials); i++) {
		AUTO(policy) struct policy policy = { 0 };
		const char *where = NULL, *found;
		size_t n = 0;

		parse(denials[i].system, POLICY_SYSTEM, &policy);
		parse(denials[i].person, POLICY_PERSON, &policy);
		while (n < 3 && denials[i].words[n])
			n++;
		found = policy_denied(&policy, denials[i].place, denials[i].words, n, &where);
		if (!denials[i].denied ? found != NULL
				       : !found || strcmp(found, denials[i].denied) != 0)
			fail_msg("denial %zu: %s", i, found ? found : "none");
		if (found)
			assert_true(policy_denies(&policy, denials[i].place));
	}
}

/* --- judges ----------------------------------------------------------------------------------------- */

static void hash_of_rule(const char *text, char out[HASH_HEX + 1])
{
	AUTO(policy) struct policy policy = { 0 };
	AUTO(policy_judges) struct policy_judges judges = { 0 };
	struct err err = { 0 };

	parse(text, POLICY_PERSON, &policy);
	if (policy_judges_open(&policy, policy_find(&policy, POLICY_PERSON, "a"), true, &judges,
			       &err) < 0)
		fail_msg("%s", err.text);
	memcpy(out, judges.hash, HASH_HEX + 1);
}

/* What could change a verdict changes the hash; what could not does not. */
static void test_hash(void **state)
{
	char first[HASH_HEX + 1], other[HASH_HEX + 1];

	(void)state;
	hash_of_rule("scopes: {a: {keys: [{key: " KEY "}]}}", first);
	hash_of_rule("# x\nscopes: {b: {}, a: {keys: [{key: " KEY "}]}}\ndeny: [x]\n", other);
	assert_string_equal(first, other);
	hash_of_rule("scopes: {a: {keys: [{key: " KEY "}]}}\nrevoked: [" FINGERPRINT "]\n", other);
	assert_string_not_equal(first, other);
	hash_of_rule("scopes: {a: {keys: [{key: " KEY "}, {key: x}], threshold: 2}}", other);
	assert_string_not_equal(first, other);
}

static void test_revoked(void **state)
{
	AUTO(policy) struct policy policy = { 0 };
	AUTO(policy_judges) struct policy_judges judges = { 0 };
	struct err err = { 0 };

	(void)state;
	parse("scopes: {a: {keys: [{key: " KEY "}]}}", POLICY_PERSON, &policy);
	parse("revoked: [" FINGERPRINT "]", POLICY_SYSTEM, &policy);
	assert_int_equal(policy_judges_open(&policy, policy_find(&policy, POLICY_PERSON, "a"),
					    false, &judges, &err),
			 0);
	assert_true(judges.signers[0].is_revoked);
}

static void test_judges_fail(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
	} cases[] = {
		{ "scopes: {a: {keys: [nowhere.pub]}}", EC_NOT_FOUND },
		{ "scopes: {a: {keys: [{key: '!!!!'}]}}", EC_CORRUPT },
		{ "scopes: {a: {keys: [{key: AAAA}]}}", EC_CORRUPT },
		{ "scopes: {a: {identities: [{identity: x, issuer: y}]}}", EC_UNTRUSTED },
		{ "trusted_root: nowhere\nscopes: {a: {identities: [{identity: x, issuer: y}]}}",
		  EC_NOT_FOUND },
		{ "scopes: {a: {notation: [{store: nowhere, subjects: ['*']}]}}", EC_NOT_FOUND },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(policy) struct policy policy = { 0 };
		struct policy_judges judges = { 0 };
		struct err err = { 0 };

		parse(cases[i].text, POLICY_PERSON, &policy);
		if (policy_judges_open(&policy, policy_find(&policy, POLICY_PERSON, "a"), false,
				       &judges, &err) == 0)
			fail_msg("taken: %s", cases[i].text);
		if (err.code != cases[i].code)
			fail_msg("%s: %s", cases[i].text, err.text);
	}
}

/* --- changing --------------------------------------------------------------------------------------- */

static char *folder;

static int make_folder(void **state)
{
	(void)state;
	folder = mem_text("/tmp/epm-policy.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	fs_remove_tree(AT_FDCWD, folder);
	free(folder);
	return 0;
}

static void expect_file(const char *path, const char *wanted)
{
	AUTO(str) struct str text = data_read(path);

	assert_string_equal(str_text(&text), wanted);
}

static void add_key(const char *path, const char *scope, bool *changed)
{
	const char *names[] = { "epm.pub" }, *keys[] = { KEY };
	struct policy_addition addition = {
		.scope = scope, .key_names = names, .keys = keys, .n_keys = 1
	};
	struct err err = { 0 };

	if (policy_add(path, &addition, changed, &err) < 0)
		fail_msg("%s", err.text);
}

static void test_changes(void **state)
{
	static const char with_key[] = "# mine\ndeny: [x]\nscopes:\n  ghcr.io/x:\n    keys:\n"
				       "    - name: epm.pub\n      key: " KEY "\n";
	AUTO(free) char *path = path_join(folder, "policy.yaml");
	struct policy_addition unsigned_too = { .scope = "ghcr.io/x", .allows_unsigned = true };
	struct err err = { 0 };
	bool changed = false;
	size_t n = 0;

	(void)state;
	assert_int_equal(fs_write(AT_FDCWD, path, "# mine\ndeny: [x]\n", 17, 0644, &err), 0);
	add_key(path, "ghcr.io/x/", &changed);
	assert_true(changed);
	expect_file(path, with_key);
	add_key(path, "ghcr.io/x", &changed);
	assert_false(changed);
	expect_file(path, with_key);
	assert_int_equal(policy_add(path, &unsigned_too, &changed, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
	assert_int_equal(policy_remove(path, NULL, "nobody", &n, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	expect_file(path, with_key);
	assert_int_equal(policy_remove(path, "ghcr.io/x", FINGERPRINT, &n, &err), 0);
	assert_int_equal(n, 1);
	expect_file(path, "# mine\ndeny: [x]\n");
	assert_int_equal(policy_revoke(path, FINGERPRINT, &changed, &err), 0);
	assert_true(changed);
	assert_int_equal(policy_revoke(path, FINGERPRINT, &changed, &err), 0);
	assert_false(changed);
	expect_file(path, "# mine\ndeny: [x]\nrevoked:\n- " FINGERPRINT "\n");
}

/* What is no policy is not written into. */
static void test_keeps_damaged(void **state)
{
	AUTO(free) char *path = path_join(folder, "policy.yaml");
	const char *names[] = { "a" }, *keys[] = { KEY };
	struct policy_addition addition = {
		.scope = "a", .key_names = names, .keys = keys, .n_keys = 1
	};
	struct err err = { 0 };
	bool changed;

	(void)state;
	assert_int_equal(fs_write(AT_FDCWD, path, "scopes: 5\n", 10, 0644, &err), 0);
	assert_int_equal(policy_add(path, &addition, &changed, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	expect_file(path, "scopes: 5\n");
}

static void test_writable_by_others(void **state)
{
	AUTO(free) char *path = path_join(folder, "policy.yaml");
	AUTO(policy) struct policy policy = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(fs_write(AT_FDCWD, path, "scopes: {}\n", 11, 0644, &err), 0);
	assert_int_equal(policy_load(folder, NULL, &policy, &err), 0);
	policy_done(&policy);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(policy_load(folder, NULL, &policy, &err), -1);
	assert_int_equal(err.code, EC_DENIED);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(policy_load("/nonexistent", path, &policy, &err), -1);
	assert_int_equal(err.code, EC_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_spelling),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_denials),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_judges_fail),
		cmocka_unit_test_setup_teardown(test_changes, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_keeps_damaged, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_writable_by_others, make_folder,
						remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
