// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/spec.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"

static struct spec *parse(const char *text, struct str *warnings, struct err *err)
{
	struct spec *spec = NULL;

	if (spec_parse((struct span){ text, strlen(text) }, "epm.yaml", &spec, warnings, err) < 0)
		assert_null(spec);
	return spec;
}

static void reads_everything(void **state)
{
	struct err err = { 0 };
	AUTO(str) struct str warnings = STR_MAX(LIMIT_TEXT);
	AUTO(spec)
	struct spec *spec = parse(
		"name: opensnoop\nversion: \"1.10\"\ndescription: no\nlicenses: GPL-2.0-only\n"
		"source: https://example.org/x\nauthors: [A <a@x.org>, B]\n"
		"sources:\n  - a.bpf.c\n  - lib/b.bpf.c\ncflags: [-DX=1]\n"
		"flags:\n  pid_target: {short: p, default: 0}\n",
		&warnings, &err);

	if (!spec)
		fail_msg("%s", err.text);
	assert_string_equal(str_text(&warnings), "");
	assert_string_equal(spec->name, "opensnoop");
	assert_string_equal(spec->version, "1.10");
	assert_string_equal(spec->description, "no");
	assert_string_equal(spec->authors, "A <a@x.org>, B");
	assert_int_equal(spec->n_sources, 2);
	assert_string_equal(spec->sources[1], "lib/b.bpf.c");
	assert_string_equal(spec->cflags[0], "-DX=1");
	assert_non_null(json_object_get(spec->flags, "pid_target"));
}

static void warns_of_unknown_keys(void **state)
{
	struct err err = { 0 };
	AUTO(str) struct str warnings = STR_MAX(LIMIT_TEXT);
	AUTO(spec)
	struct spec *spec = parse("nam: x\nauthors: me\nzzzzzzzzz: 1\nflags: {a: {shrt: b}}\n",
				  &warnings, &err);

	assert_non_null(spec);
	assert_null(spec->name);
	assert_string_equal(spec->authors, "me");
	assert_string_equal(str_text(&warnings),
			    "epm.yaml.nam: not known, did you mean name?\n"
			    "epm.yaml.zzzzzzzzz: not known\n"
			    "epm.yaml.flags.a.shrt: not known, did you mean short?\n");
}

static const struct {
	const char *text, *error;
} bad[] = {
	{ "version: 1.0\n", "epm.yaml.version: expected a text, found a number" },
	{ "name: [a]\n", "epm.yaml.name: expected a string, found an array" },
	{ "name: ../x\n", "epm.yaml.name: '../x' cannot be the name of a package" },
	{ "name: Open\n", "epm.yaml.name: 'Open' cannot be the name of a package" },
	{ "sources: a.bpf.c\n", "epm.yaml.sources: expected an array, found a string" },
	{ "sources: [1]\n", "epm.yaml.sources[0]: expected a string, found a number" },
	{ "sources: [/etc/passwd]\n",
	  "epm.yaml.sources[0]: '/etc/passwd' is not inside the project" },
	{ "sources: [a/../../b]\n", "epm.yaml.sources[0]: 'a/../../b' is not inside the project" },
	{ "flags: {a: 1}\n", "epm.yaml.flags.a: expected an object, found a number" },
	{ "- a\n", "epm.yaml: expected an object, found an array" },
	{ "name: a\nname: b\n", NULL },
	{ "name: *x\n", NULL },
};

static void names_what_is_wrong(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = { 0 };

		assert_null(parse(bad[i].text, NULL, &err));
		assert_int_equal(err.code, EC_CORRUPT);
		if (bad[i].error)
			assert_string_equal(err.text, bad[i].error);
	}
}

static void may_be_empty(void **state)
{
	static const char *const texts[] = { "", "# nothing yet\n", "{}\n" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct err err = { 0 };
		AUTO(spec) struct spec *spec = parse(texts[i], NULL, &err);

		if (!spec)
			fail_msg("%s", err.text);
		assert_null(spec->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_everything),
		cmocka_unit_test(warns_of_unknown_keys),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(may_be_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
