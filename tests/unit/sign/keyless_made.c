// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* The cases that tests/data/sign/made/make.py made, each with the check that has to refuse it. */
#include "base/alloc.h"
#include "base/json.h"
#include "sign/keyless.h"
#include "support/data.h"

#define MADE TEST_DATA "/sign/made/"
#define ISSUER "https://issuer.example.com"

static const struct sign_identity_rule believed[] = {
	{ .name = "https://example.com/acme/build@v1", .issuer = ISSUER },
	{ .name = "[a-z]+@example\\.com", .name_is_pattern = true, .issuer = ISSUER },
	{ .name = "acme/(build|test)", .name_is_pattern = true, .issuer = ISSUER },
};

static int verify(const json_t *bundle_json, const struct sign_trusted_root *root, struct err *err)
{
	static const struct sign_keyless_policy policy = {
		.rules = believed,
		.n_rules = ARRAY_SIZE(believed),
		.accepts_timestamps = true,
	};
	AUTO(sign_keyless_result) struct sign_keyless_result result = { 0 };
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(free) char *text = js_dump(bundle_json);

	if (sign_bundle_parse(span_of(text), &bundle, err) < 0)
		return -1;
	return sign_keyless_verify(&bundle, root, &policy, &result, err);
}

static struct span member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? span_of(text) : (struct span){ NULL, 0 };
}

static int verify_legacy(const json_t *one, const struct sign_trusted_root *root, struct err *err)
{
	static const struct sign_keyless_policy policy = { .rules = believed, .n_rules = 1 };
	AUTO(sign_keyless_result) struct sign_keyless_result result = { 0 };
	struct sign_legacy legacy = {
		.payload = member(one, "payload"),
		.signature = member(one, "signature"),
		.certificate = member(one, "certificate"),
		.chain = member(one, "chain"),
		.bundle = member(one, "bundle"),
		.timestamp = member(one, "timestamp"),
	};

	return sign_keyless_verify_legacy(&legacy, root, &policy, &result, err);
}

static int verify_bundle(const json_t *one, const struct sign_trusted_root *root, struct err *err)
{
	return verify(json_object_get(one, "bundle"), root, err);
}

static void judge_all(const char *path,
		      int (*judge)(const json_t *one, const struct sign_trusted_root *root,
				   struct err *err),
		      size_t n_wanted)
{
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	AUTO(str) struct str root_text = data_read(MADE "root.json");
	AUTO(str) struct str text = data_read(path);
	AUTO(json) json_t *cases = NULL;
	const char *name, *check;
	struct err err = { 0 };
	json_t *one;
	size_t i;
	int rc, n_wrong = 0;

	assert_int_equal(js_parse(text.data, text.len, "cases", &cases, &err), 0);
	if (sign_trusted_root_parse((struct span){ root_text.data, root_text.len }, &root, &err) <
	    0)
		fail_msg("%s", err.text);
	json_array_foreach (cases, i, one) {
		name = json_string_value(json_object_get(one, "name"));
		check = json_string_value(json_object_get(one, "check"));
		err = (struct err){ 0 };
		rc = judge(one, &root, &err);
		if (rc == (*check ? -1 : 0) && strncmp(err.text, check, strlen(check)) == 0)
			continue;
		print_error("%s: expected \"%s\", found \"%s\"\n", name, check, err.text);
		n_wrong++;
	}
	assert_true(i >= n_wanted);
	assert_int_equal(n_wrong, 0);
}

static void judges_bundles(void **state)
{
	(void)state;
	judge_all(MADE "cases.json", verify_bundle, 60);
}

static void judges_annotations(void **state)
{
	(void)state;
	judge_all(MADE "legacy.json", verify_legacy, 18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_bundles),
		cmocka_unit_test(judges_annotations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
