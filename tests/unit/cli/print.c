// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cli/print.h"
#include "base/alloc.h"
#include "base/json.h"

static const struct print_column columns[] = {
	{ .title = "NAME", .member = "name", .may_shrink = true },
	{ .title = "SIZE", .member = "size", .kind = PRINT_SIZE, .is_right = true },
	{ .title = "DIGEST", .member = "digest", .kind = PRINT_DIGEST },
	{ .title = "AGE", .member = "age", .kind = PRINT_AGE },
	{ .title = "ARCH", .member = "arch" },
};

static char *table(const char *json, struct print_style style)
{
	AUTO(json) json_t *rows = json_loads(json, 0, NULL);
	struct str out = STR_MAX(65536);

	assert_non_null(rows);
	print_table(columns, ARRAY_SIZE(columns), rows, &style, &out);
	return str_take(&out);
}

static void aligns(void **state)
{
	AUTO(free)
	char *text = table("[{\"name\":\"a\",\"size\":12345,\"digest\":\"sha256:0123456789abcdef\","
			   "\"age\":\"1970-01-01T00:00:00Z\",\"arch\":[\"amd64\",\"arm64\"]},"
			   "{\"name\":\"größer\",\"size\":5}]",
			   (struct print_style){ .now = 120 });

	assert_string_equal(text, "NAME       SIZE  DIGEST        AGE            ARCH\n"
				  "a       12.3 kB  0123456789ab  2 minutes ago  amd64, arm64\n"
				  "größer      5 B  <none>        <none>         <none>\n");
}

static void titles_alone(void **state)
{
	AUTO(free) char *text = table("[]", (struct print_style){ 0 });

	assert_string_equal(text, "NAME  SIZE  DIGEST  AGE  ARCH\n");
}

static void shrinks_to_the_terminal(void **state)
{
	static const char row[] = "[{\"name\":\"äbcdefghijklmnopqrstuvwxyz\",\"size\":1,"
				  "\"digest\":\"sha256:0123456789abcdef\",\"arch\":\"x\"}]";
	AUTO(free) char *text = table(row, (struct print_style){ .width = 46 });
	AUTO(free) char *least = table(row, (struct print_style){ .width = 10 });

	assert_string_equal(text, "NAME          SIZE  DIGEST        AGE     ARCH\n"
				  "äbcdefghijk…   1 B  0123456789ab  <none>  x\n");
	assert_non_null(strstr(least, "äbcdefg…  "));
}

static void cuts_on_the_side_that_is_told(void **state)
{
	static const struct {
		const char *text;
		bool keeps_end;
		const char *want;
	} cases[] = {
		{ "short", true, "short   " },	       { "shorter", false, "shorter " },
		{ "just_fit", true, "just_fit" },      { "a/longer/path.o", true, "…/path.o" },
		{ "ä/lönger/päth", true, "…er/päth" }, { "a/longer/path.o", false, "a/longe…" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(str) struct str out = STR_MAX(100);

		print_cell(cases[i].text, 8, cases[i].keeps_end, &out);
		assert_string_equal(str_text(&out), cases[i].want);
	}
}

static void escapes(void **state)
{
	AUTO(free)
	char *text = table("[{\"name\":\"a\\u001b[2J\\nb\\u0085\",\"size\":1}]",
			   (struct print_style){ 0 });

	assert_non_null(strstr(text, "a\\x1b[2J\\x0ab\\xc2\\x85"));
}

static void sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 999, "999 B" },
		{ 1000, "1.0 kB" },
		{ 999949, "999.9 kB" },
		{ 999950, "1.0 MB" },
		{ 12345678, "12.3 MB" },
		{ UINT64_MAX, "18446744.1 TB" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(free) char *text = print_size(cases[i].bytes);

		assert_string_equal(text, cases[i].text);
	}
}

static void objects_name_their_columns(void **state)
{
	AUTO(json)
	json_t *rows = json_loads("[{\"attach\":\"tp/x\",\"name\":\"p\"},"
				  "{\"maxEntries\":10,\"name\":\"q\",\"type\":\"t\","
				  "\"more\":{}}]",
				  0, NULL);
	AUTO(str) struct str out = STR_MAX(4096);

	print_objects(rows, &(struct print_style){ 0 }, "  ", &out);
	assert_string_equal(str_text(&out), "  NAME  TYPE  ATTACH  MAX ENTRIES\n"
					    "  p     -     tp/x              -\n"
					    "  q     t     -                10\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligns),
		cmocka_unit_test(titles_alone),
		cmocka_unit_test(cuts_on_the_side_that_is_told),
		cmocka_unit_test(escapes),
		cmocka_unit_test(shrinks_to_the_terminal),
		cmocka_unit_test(sizes),
		cmocka_unit_test(objects_name_their_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
