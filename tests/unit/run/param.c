// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/param.h"
#include "base/alloc.h"
#include "support/types.h"

/* Global variables as an object would have them: name, type, bytes as compiled. */
static const struct {
	const char *name, *type, *initial;
} globals[] = {
	{ "target_pid", "pid_t", "\x2a\0\0\0" },
	{ "verbose", "bool", "\0" },
	{ "failed", "bool", "\x01" },
	{ "min_us", "u64", NULL },
	{ "level", "i8", "\xfb" },
	{ "mode", "color", "\x05\0\0\0" },
	{ "comm", "chars16", NULL },
	{ "pids", "ints3", NULL },
	{ "ratio", "f64", NULL },
	{ "nothing", "ptr", NULL },
	{ "__eunomia_dummy_event_ptr", "u64", NULL },
};

#define N ARRAY_SIZE(globals)

struct fixture {
	struct btf *btf;
	struct variable items[N];
	struct variables variables;
	struct config *config;
	struct params params;
};

static struct fixture *fixture_new(void)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	f->btf = types_new();
	btf__add_typedef(f->btf, "chars16",
			 btf__add_array(f->btf, types_find(f->btf, "u32", 3),
					types_find(f->btf, "char", 4), 16));
	btf__add_typedef(f->btf, "ints3",
			 btf__add_array(f->btf, types_find(f->btf, "u32", 3),
					types_find(f->btf, "i32", 3), 3));
	for (size_t i = 0; i < N; i++) {
		int id = types_find(f->btf, globals[i].type, strlen(globals[i].type));

		f->items[i] = (struct variable){ .name = globals[i].name,
						 .section = ".rodata",
						 .size = btf__resolve_size(f->btf, id),
						 .type_id = id,
						 .initial = globals[i].initial };
	}
	f->variables = (struct variables){ f->items, N };
	f->config = config_new();
	return f;
}

static void fixture_free(struct fixture *f)
{
	params_done(&f->params);
	config_free(f->config);
	btf__free(f->btf);
	free(f);
}
AUTO_POINTER(fixture, struct fixture, fixture_free);

static struct config_variable *wish(struct fixture *f, const char *name)
{
	if (!f->config->n_sections)
		config_add_section(f->config, ".rodata");
	return config_add_variable(&f->config->sections[0], name);
}

static struct fixture *with_wishes(void)
{
	struct fixture *f = fixture_new();
	struct config_variable *v = wish(f, "target_pid");
	struct err err;

	v->has_cmdarg = true;
	v->cmdarg.long_name = mem_text("pid");
	v->cmdarg.short_name = mem_text("p");
	v->cmdarg.help = mem_text("Trace this process only");
	v->cmdarg.default_value = json_integer(7);
	v = wish(f, "verbose");
	v->has_cmdarg = true;
	v->cmdarg.short_name = mem_text("v");
	v = wish(f, "failed"); /* the letter is taken */
	v->has_cmdarg = true;
	v->cmdarg.short_name = mem_text("p");
	v = wish(f, "comm");
	v->value = json_string("bash");
	v->description = mem_text("Only this command");
	if (params_new(f->btf, &f->variables, f->config, &f->params, &err) < 0)
		fail_msg("%s", err.text);
	return f;
}

static const struct param *param(const struct fixture *f, const char *variable)
{
	for (size_t i = 0; i < f->params.n_items; i++)
		if (!strcmp(f->params.items[i].variable, variable))
			return &f->params.items[i];
	return NULL;
}

/* Arguments after the name of the package; which variable, and its bytes. */
static const struct {
	const char *args[4];
	const char *variable, *bytes;
} good[] = {
	{ { "--pid", "9" }, "target_pid", "\x09\0\0\0" },
	{ { "--pid=0x10" }, "target_pid", "\x10\0\0\0" },
	{ { "-p", "-1" }, "target_pid", "\xff\xff\xff\xff" },
	{ { "-p12" }, "target_pid", "\x0c\0\0\0" },
	{ { NULL }, "target_pid", "\x07\0\0\0" }, /* the configuration's */
	{ { NULL }, "comm", "bash\0\0\0\0\0\0\0\0\0\0\0" },
	{ { NULL }, "level", "\xfb" }, /* as compiled */
	{ { "--verbose" }, "verbose", "\x01" },
	{ { "-v" }, "verbose", "\x01" },
	{ { "--verbose=false" }, "verbose", "\0" },
	{ { "--no-failed" }, "failed", "\0" },
	{ { "--failed" }, "failed", "\x01" },
	{ { "--min-us", "1k" }, "min_us", "\0\x04\0\0\0\0\0\0" },
	{ { "--min_us", "2us" }, "min_us", "\xd0\x07\0\0\0\0\0\0" },
	{ { "--level", "-128" }, "level", "\x80" },
	{ { "--mode", "RED" }, "mode", "\0\0\0\0" },
	{ { "--mode=7" }, "mode", "\x07\0\0\0" },
	{ { "--comm", "--x" }, "comm", "--x\0\0\0\0\0\0\0\0\0\0\0\0" },
	{ { "--comm=" }, "comm", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" },
	{ { "--comm", "123456789012345" }, "comm", "123456789012345" },
	{ { "--pids", "1,2,3" }, "pids", "\x01\0\0\0\x02\0\0\0\x03\0\0\0" },
	{ { "--ratio", "0.5" }, "ratio", "\0\0\0\0\0\0\xe0\x3f" },
	{ { "--pid", "1", "--pid", "2" }, "target_pid", "\x02\0\0\0" }, /* the last one counts */
};

static size_t count(const char *const *args)
{
	size_t n = 0;

	while (n < 4 && args[n])
		n++;
	return n;
}

static void flags_set_variables(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(fixture) struct fixture *f = with_wishes();
		const struct param *p = param(f, good[i].variable);
		bool wants_help = false;
		struct err err;

		if (params_parse(&f->params, count(good[i].args), good[i].args, &wants_help, &err) <
		    0)
			fail_msg("%s: %s", good[i].args[0], err.text);
		assert_false(wants_help);
		assert_memory_equal(p->value, good[i].bytes, p->place->size);
	}
}

static const struct {
	const char *args[4];
	const char *text, *hint;
} bad[] = {
	{ { "--pid" }, "--pid needs a value (pid_t)", "" },
	{ { "--pd", "1" }, "this package has no flag '--pd'", "did you mean --pid?" },
	{ { "--no-pid" }, "this package has no flag '--no-pid'", NULL },
	{ { "--zzzzzz\x1b" }, "this package has no flag '--zzzzzz\\x1b'", NULL },
	{ { "-x" }, "this package has no flag '-x'", NULL },
	{ { "-vv" }, "this package has no flag '-vv'", NULL },
	{ { "754" }, "unexpected argument '754': a package takes flags only", "" },
	{ { "-" }, "unexpected argument '-': a package takes flags only", "" },
	{ { "--nothing", "1" }, "this package has no flag '--nothing'", NULL },
	{ { "--__eunomia_dummy_event_ptr", "1" },
	  "this package has no flag '--__eunomia_dummy_event_ptr'",
	  NULL },
	{ { "--pid", "x" }, NULL, NULL },
	{ { "--pid", "2147483648" }, NULL, NULL },
	{ { "--level", "128" }, NULL, NULL },
	{ { "--min-us", "-1" }, NULL, NULL },
	{ { "--min-us", "18446744073709551616" }, NULL, NULL },
	{ { "--min-us", "99999999999G" }, NULL, NULL },
	{ { "--mode", "BLUE" }, NULL, NULL },
	{ { "--verbose=maybe" }, NULL, NULL },
	{ { "--comm", "1234567890123456" }, NULL, NULL },
	{ { "--pids", "1,2,3,4" }, NULL, NULL },
	{ { "--pid=" }, NULL, NULL },
};

static void wrong_flags_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		AUTO(fixture) struct fixture *f = with_wishes();
		bool wants_help = false;
		struct err err = { 0 };

		if (params_parse(&f->params, count(bad[i].args), bad[i].args, &wants_help, &err) ==
		    0)
			fail_msg("%s %s", bad[i].args[0], bad[i].args[1]);
		assert_int_equal(err.code, EC_USAGE);
		if (bad[i].text)
			assert_string_equal(err.text, bad[i].text);
		if (bad[i].hint)
			assert_string_equal(err.hint, bad[i].hint);
	}
}

static void help_is_asked_for(void **state)
{
	static const char *const help[] = { "--help" }, *const letter[] = { "-h" };
	AUTO(fixture) struct fixture *f = with_wishes();
	bool first = false, second = false;
	struct err err;

	(void)state;
	assert_int_equal(params_parse(&f->params, 1, help, &first, &err), 0);
	assert_int_equal(params_parse(&f->params, 1, letter, &second, &err), 0);
	assert_true(first && second);
}

static void help_names_all(void **state)
{
	AUTO(fixture) struct fixture *f = with_wishes();
	AUTO(str) struct str out = STR_MAX(65536);

	(void)state;
	f->config->doc.brief = mem_text("Trace\nopen\x1b[2J calls");
	params_help(&f->params, f->config, "opensnoop", &out);
	assert_non_null(strstr(str_text(&out), "Usage: epm run [OPTIONS] opensnoop [FLAGS]\n"));
	assert_non_null(strstr(str_text(&out), "Trace open\\x1b[2J calls\n"));
	assert_non_null(strstr(str_text(&out),
			       "  -p, --pid pid_t           Trace this process only "
			       "[default: 7]\n"));
	assert_non_null(strstr(str_text(&out), "  -v, --verbose "));
	assert_non_null(strstr(str_text(&out), "      --failed "));
	assert_null(strstr(str_text(&out), "[default: RED]"));
	assert_non_null(strstr(str_text(&out), "[default: GREEN]"));
	assert_non_null(strstr(str_text(&out), "Only this command [default: bash]"));
	assert_null(strstr(str_text(&out), "dummy"));
	assert_null(strchr(str_text(&out), 0x1b));
}

static void configuration_has_to_fit(void **state)
{
	AUTO(fixture) struct fixture *f = fixture_new();
	struct config_variable *v = wish(f, "level");
	struct err err;

	(void)state;
	v->value = json_integer(1000);
	assert_int_equal(params_new(f->btf, &f->variables, f->config, &f->params, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_true(text_starts(err.text, "configuration: variable level: "));
}

/* A name or letter from a configuration cannot reach the terminal raw. */
static void odd_names_are_shown_safely(void **state)
{
	AUTO(fixture) struct fixture *f = fixture_new();
	AUTO(str) struct str out = STR_MAX(65536);
	struct config_variable *v = wish(f, "level");
	struct err err;

	(void)state;
	v->has_cmdarg = true;
	v->cmdarg.long_name = mem_text("a\x1b[2J");
	v->cmdarg.short_name = mem_text("\x1b");
	v->cmdarg.help = mem_text("\x9b"
				  "2J");
	assert_int_equal(params_new(f->btf, &f->variables, f->config, &f->params, &err), 0);
	params_help(&f->params, f->config, "x", &out);
	assert_null(strchr(str_text(&out), 0x1b));
	assert_null(strchr(str_text(&out), (char)0x9b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_set_variables),
		cmocka_unit_test(wrong_flags_are_refused),
		cmocka_unit_test(help_is_asked_for),
		cmocka_unit_test(help_names_all),
		cmocka_unit_test(configuration_has_to_fit),
		cmocka_unit_test(odd_names_are_shown_safely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
