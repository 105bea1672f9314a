// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/plan.h"
#include "base/alloc.h"
#include "run/emit.h"
#include "support/types.h"

#define EVENT "u32 pid; char[8] comm; u32 addr; u64 took; point p; u32 time; u8 source"
#define RECORD                 \
	"\x07\0\0\0"           \
	"bash\0\0\0\0"         \
	"\x7f\0\0\x01"         \
	"\xd0\x07\0\0\0\0\0\0" \
	"\x01\0\0\0\x02\0\0\0" \
	"\x09\0\0\0\x03"

/* Columns as configured ("name", "name=COLUMN", "name@format", "-name" hidden), and all there is. */
static const struct {
	const char *columns, *source;
	bool has_stamp;
	const char *header, *text, *json;
} cases[] = {
	{ "", NULL, false, "    PID COMM       ADDR         TOOK     P.X     P.Y    TIME SOURCE\n",
	  "      7 bash    16777343         2000       1       2       9      3\n",
	  "{\"pid\":7,\"comm\":\"bash\",\"addr\":16777343,\"took\":2000,\"p\":{\"x\":1,\"y\":2},"
	  "\"time\":9,\"source\":3}\n" },
	{ "comm pid", NULL, false, "COMM        PID\n", "bash          7\n",
	  "{\"comm\":\"bash\",\"pid\":7}\n" },
	{ "pid -comm took=US", NULL, false, "    PID           US\n", "      7         2000\n",
	  "{\"pid\":7,\"took\":2000}\n" /* keys are not renamed */ },
	{ "addr@ip4 took@us", NULL, false, "ADDR                  TOOK\n",
	  "127.0.0.1          2.000ms\n", "{\"addr\":\"127.0.0.1\",\"took\":2000}\n" },
	{ "pid@ip6 comm@hex", NULL, false, "    PID COMM\n", "      7 0x68736162\n",
	  "{\"pid\":7,\"comm\":\"0x68736162\"}\n" }, /* a format that does not fit is left out */
	{ "p", NULL, false, "    P.X     P.Y\n", "      1       2\n",
	  "{\"p\":{\"x\":1,\"y\":2}}\n" },
	{ "pid=\x1b[2J", NULL, false, "\\X1B[2J\n", "      7\n", "{\"pid\":7}\n" },
	{ "pid=a\"b", NULL, false, "    A\"B\n", "      7\n", "{\"pid\":7}\n" },
	{ "pid=\xc3\xa9t\xc3\xa9", NULL, false, "    \xc3\xa9T\xc3\xa9\n", "      7\n",
	  "{\"pid\":7}\n" },
	{ "-pid", NULL, false, "\n", "\n", "{}\n" },
	{ "-pid", "events", true, "SOURCE           TIME            \n",
	  "events           STAMP \n", "{\"source\":\"events\",\"time\":\"STAMP\"}\n" },
	/* epm's own keys are there once */
	{ "time source", "events", false, "SOURCE              TIME SOURCE\n",
	  "events                 9      3\n",
	  "{\"source\":\"events\",\"time\":9,\"source_\":3}\n" },
	{ "time source", "events", true, "SOURCE           TIME               TIME SOURCE\n",
	  "events           STAMP       9      3\n",
	  "{\"source\":\"events\",\"time\":\"STAMP\",\"time_\":9,\"source_\":3}\n" },
	{ "pid", "a\x1b\"b", false, "SOURCE               PID\n", "a\\x1b\"b                7\n",
	  "{\"source\":\"a\\u001B\\\"b\",\"pid\":7}\n" },
};

static struct config_export *export_of(struct config *config, const char *columns)
{
	struct config_export *export = config_add_export(config, "event");

	while (*columns) {
		size_t len = strcspn(columns, " "), name;
		bool is_hidden = *columns == '-';
		const char *p = columns + is_hidden;
		AUTO(free) char *word = NULL;
		struct config_member *member;

		name = strcspn(p, " =@");
		word = mem_textn(p, name);
		member = config_add_member(export, word);
		member->is_hidden = is_hidden;
		if (p[name] == '=')
			member->column = mem_textn(p + name + 1, columns + len - p - name - 1);
		if (p[name] == '@')
			member->format = mem_textn(p + name + 1, columns + len - p - name - 1);
		columns += len + (columns[len] == ' ');
	}
	return export;
}

/* Head, stamp, steps and tail, as plan_print() puts them. */
static char *print(const struct plan *plan)
{
	char *room = mem_alloc(plan->max_size + 64);
	char *p = emit_bytes(room, plan->head, plan->head_len);

	if (plan->has_stamp)
		p = emit_bytes(p, "STAMP ", plan->mode == PLAN_TEXT ? 6 : 5);
	*plan_emit(plan, p, RECORD, sizeof(RECORD) - 1) = '\0';
	return room;
}

static void columns_are_as_configured(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct btf *btf = types_new();
		int id = types_struct(btf, "event", EVENT);
		AUTO(config) struct config *config = config_new();
		struct plan_wish wish = { .export = export_of(config, cases[i].columns),
					  .source = cases[i].source,
					  .has_source = cases[i].source != NULL,
					  .has_stamp = cases[i].has_stamp };

		for (int mode = PLAN_TEXT; mode <= PLAN_JSON; mode++) {
			AUTO(plan) struct plan *plan = NULL;
			AUTO(free) char *line = NULL;
			struct err err;

			wish.mode = mode;
			if (plan_new(btf, id, &wish, &plan, &err) < 0)
				fail_msg("%s", err.text);
			line = print(plan);
			assert_string_equal(line,
					    mode == PLAN_TEXT ? cases[i].text : cases[i].json);
			if (mode == PLAN_TEXT)
				assert_string_equal(plan->header, cases[i].header);
		}
		btf__free(btf);
	}
}

static void values_without_struct_have_a_column(void **state)
{
	struct btf *btf = types_new();
	struct plan_wish wish = { .mode = PLAN_JSON };
	AUTO(plan) struct plan *json = NULL;
	AUTO(plan) struct plan *inner = NULL;
	AUTO(free) char *line = NULL;
	AUTO(free) char *value = NULL;
	struct err err;

	(void)state;
	assert_int_equal(plan_new(btf, types_find(btf, "u32", 3), &wish, &json, &err), 0);
	line = print(json);
	assert_string_equal(line, "{\"value\":7}\n");
	assert_int_equal(plan_new_inner(btf, types_find(btf, "u32", 3), NULL, &inner, &err), 0);
	value = print(inner);
	assert_string_equal(value, "7");
	btf__free(btf);
}

/* What a struct without a name holds belongs to the one around it. */
static void unnamed_structs_are_not_seen(void **state)
{
	struct btf *btf = types_new();
	int inner = types_struct(btf, NULL, "u32 b; u32 c");
	int either = btf__add_union(btf, NULL, 8), outer;
	struct plan_wish wish = { .mode = PLAN_JSON };
	AUTO(config) struct config *config = config_new();
	AUTO(plan) struct plan *all = NULL;
	AUTO(plan) struct plan *chosen = NULL;
	AUTO(free) char *line = NULL;
	AUTO(free) char *some = NULL;
	struct err err;

	(void)state;
	btf__add_field(btf, "d", types_find(btf, "u16", 3), 0, 0);
	btf__add_field(btf, NULL, inner, 0, 0);
	outer = btf__add_struct(btf, "event", 12);
	btf__add_field(btf, "a", types_find(btf, "u32", 3), 0, 0);
	btf__add_field(btf, NULL, either, 32, 0);
	assert_int_equal(plan_new(btf, outer, &wish, &all, &err), 0);
	line = print(all);
	assert_string_equal(line, "{\"a\":7,\"d\":24930,\"b\":1752392034,\"c\":0}\n");
	wish.export = export_of(config, "c d");
	assert_int_equal(plan_new(btf, outer, &wish, &chosen, &err), 0);
	some = print(chosen);
	assert_string_equal(some, "{\"c\":0,\"d\":24930}\n");
	btf__free(btf);
}

static int make(const struct btf *btf, int id, const struct config_export *export, struct err *err)
{
	AUTO(plan) struct plan *plan = NULL;
	struct plan_wish wish = { .mode = PLAN_JSON, .export = export };

	return plan_new(btf, id, &wish, &plan, err);
}

/* BTF by hand: structs in themselves, in thousands, arrays of arrays of arrays. */
static void broken_types_are_refused(void **state)
{
	struct btf *btf = types_new();
	int self = btf__add_struct(btf, "self", 4), many, id, u32 = types_find(btf, "u32", 3);
	AUTO(config) struct config *config = config_new();
	struct err err;

	(void)state;
	btf__add_field(btf, NULL, self, 0, 0);
	assert_int_equal(make(btf, self, NULL, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_int_equal(make(btf, self, export_of(config, "x"), &err), -1);
	assert_string_equal(err.text, "configuration: struct event has no member 'x'");
	id = btf__add_array(btf, u32, btf__type_cnt(btf) + 1, 1); /* of the next type */
	assert_int_equal(make(btf, btf__add_struct(btf, "outer", 4), NULL, &err), 0);
	btf__add_field(btf, "a", id, 0, 0);
	id++;
	assert_int_equal(make(btf, id, NULL, &err), -1);
	many = btf__add_struct(btf, "many", 4);
	for (int i = 0; i < 5000; i++)
		btf__add_field(btf, "a", u32, 0, 0);
	assert_int_equal(make(btf, many, NULL, &err), -1);
	assert_string_equal(err.text, "BTF: more than 4096 members");
	/* two of the next in each: 2^15 in all, or as many plans by way of arrays */
	for (int i = 0, last = u32; i < 15; i++, last = id) {
		id = btf__add_struct(btf, "two", 4);
		btf__add_field(btf, "a", last, 0, 0);
		btf__add_field(btf, "b", last, 0, 0);
	}
	assert_int_equal(make(btf, id, NULL, &err), -1);
	assert_string_equal(err.text, "BTF: more than 4096 members");
	for (int i = 0, last = u32, array; i < 15; i++, last = id) {
		array = btf__add_array(btf, u32, last, 1);
		id = btf__add_struct(btf, "arrays", 4);
		btf__add_field(btf, "a", array, 0, 0);
		btf__add_field(btf, "b", array, 0, 0);
	}
	assert_int_equal(make(btf, id, NULL, &err), -1);
	many = btf__add_array(btf, u32, types_find(btf, "char", 4), UINT32_MAX);
	id = btf__add_struct(btf, "huge", 4);
	btf__add_field(btf, "a", many, 0, 0);
	assert_int_equal(make(btf, id, NULL, &err), -1);
	assert_int_equal(make(btf, id, export_of(config, "a@hex"), &err), -1);
	assert_int_equal(make(btf, btf__add_struct(btf, "empty", 0), NULL, &err), -1);
	assert_int_equal(make(btf, btf__add_fwd(btf, "fwd", BTF_FWD_STRUCT), NULL, &err), -1);
	assert_int_equal(make(btf, 1000000, NULL, &err), -1);
	assert_int_equal(make(btf, 0, NULL, &err), -1);
	btf__free(btf);
}

/* Enumerators that are no C names. */
static void names_cannot_break_json(void **state)
{
	struct btf *btf = types_new();
	int id = btf__add_enum(btf, "odd", 4);
	struct plan_wish wish = { .mode = PLAN_JSON };
	AUTO(plan) struct plan *plan = NULL;
	AUTO(free) char *line = NULL;
	struct err err;

	(void)state;
	btf__add_enum_value(btf, "a\"\\\x1b", 7);
	assert_int_equal(plan_new(btf, id, &wish, &plan, &err), 0);
	line = print(plan);
	assert_string_equal(line, "{\"value\":\"a???x1b\"}\n");
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_configured),
		cmocka_unit_test(values_without_struct_have_a_column),
		cmocka_unit_test(unnamed_structs_are_not_seen),
		cmocka_unit_test(broken_types_are_refused),
		cmocka_unit_test(names_cannot_break_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
