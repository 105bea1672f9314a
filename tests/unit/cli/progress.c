// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cli/progress.h"
#include "base/alloc.h"
#include "base/utf8.h"

#define SECOND 1000000000ull

/* A drawing, its escapes made readable: {K} clears to the end of the line, {J} of the screen. */
static char *draw(struct progress *progress, size_t columns, size_t rows, uint64_t now_ns)
{
	const struct progress_screen screen = { columns, rows, now_ns };
	AUTO(str) struct str raw = STR_MAX(65536);
	struct str out = STR_MAX(65536);
	const char *p;

	progress_draw(progress, &screen, &raw);
	for (p = str_text(&raw); *p; p++) {
		if (*p == '\r') {
			str_adds(&out, "{CR}");
		} else if (*p != 0x1b) {
			str_addc(&out, *p);
		} else {
			str_addc(&out, '{');
			for (p += 2; *p >= '0' && *p <= '9'; p++)
				str_addc(&out, *p);
			str_addc(&out, *p);
			str_addc(&out, '}');
		}
	}
	return str_take(&out);
}

static void draws(struct progress *progress, size_t columns, uint64_t now_ns, const char *expected)
{
	AUTO(free) char *text = draw(progress, columns, 24, now_ns);

	assert_string_equal(text, expected);
}

static struct progress *four(void)
{
	struct progress *progress = progress_new(false);

	progress_add(progress, "opensnoop.bpf.o", 20000);
	progress_add(progress, "opensnoop.skel.json", 5000);
	progress_add(progress, "README", 1000);
	progress_add(progress, "config", 300);
	return progress;
}

static void one_state_each(void **state)
{
	AUTO(progress) struct progress *progress = four();

	progress_set(progress, 0, 0);
	progress_end(progress, 2, NULL);
	progress_end(progress, 3, "already there");
	draws(progress, 80, SECOND,
	      "{CR}"
	      "opensnoop.bpf.o      [.......................]       0 B / 20.0 kB{K}\n"
	      "opensnoop.skel.json  waiting{K}\n"
	      "README               [#######################]    1.0 kB / 1.0 kB{K}\n"
	      "config               already there{K}\n"
	      "2 of 4               [.......................]    1.0 kB / 26.0 kB{K}\n{J}");
}

static void the_rate_is_that_of_the_last_seconds(void **state)
{
	AUTO(progress) struct progress *progress = progress_new(false);

	progress_add(progress, "a", 10000000);
	progress_set(progress, 0, 0);
	free(draw(progress, 80, 24, 10 * SECOND));
	progress_set(progress, 0, 500000);
	draws(progress, 80, 11 * SECOND,
	      "{CR}{2A}"
	      "a         [#...........................]  500.0 kB / 10.0 MB   500.0 kB/s{K}\n"
	      "0 of 1    [#...........................]  500.0 kB / 10.0 MB   500.0 kB/s{K}\n{J}");
	free(draw(progress, 80, 24, 13 * SECOND));
	progress_set(progress, 0, 5000000);
	free(draw(progress, 80, 24, 15 * SECOND));
	/* from 500 kB at 13 s */
	draws(progress, 80, 16 * SECOND,
	      "{CR}{2A}"
	      "a         [##############..............]    5.0 MB / 10.0 MB     1.5 MB/s{K}\n"
	      "0 of 1    [##############..............]    5.0 MB / 10.0 MB     1.5 MB/s{K}\n{J}");
	/* a new beginning */
	progress_set(progress, 0, 0);
	draws(progress, 80, 17 * SECOND,
	      "{CR}{2A}"
	      "a         [............................]       0 B / 10.0 MB{K}\n"
	      "0 of 1    [............................]       0 B / 10.0 MB{K}\n{J}");
}

static void what_does_not_fit_is_left_out(void **state)
{
	static const struct {
		size_t columns;
		const char *text;
	} cases[] = {
		{ 60, "{CR}"
		      "opensnoop.bpf.o       10.0 kB / 20.0 kB{K}\n"
		      "opensnoop.skel.json  waiting{K}\n"
		      "README                 1.0 kB / 1.0 kB{K}\n"
		      "config               already there{K}\n"
		      "2 of 4                11.0 kB / 26.0 kB{K}\n{J}" },
		{ 30, "{CR}"
		      "opensno…   10.0 kB / 20.0 kB{K}\n"
		      "opensnoop.skel.json  waiting{K}\n"
		      "README      1.0 kB / 1.0 kB{K}\n"
		      "config          already there{K}\n"
		      "2 of 4     11.0 kB / 26.0 kB{K}\n{J}" },
		{ 20, "{CR}"
		      "opensnoop.bpf…  50%{K}\n"
		      "opensnoop…  waiting{K}\n"
		      "README         100%{K}\n"
		      "con…  already there{K}\n"
		      "2 of 4          42%{K}\n{J}" },
		{ 1, "" },
		{ 0, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(progress) struct progress *progress = four();

		progress_set(progress, 0, 10000);
		progress_end(progress, 2, NULL);
		progress_end(progress, 3, "already there");
		draws(progress, cases[i].columns, SECOND, cases[i].text);
	}
}

static void no_line_reaches_the_last_column(void **state)
{
	for (size_t columns = 2; columns < 140; columns++) {
		AUTO(progress) struct progress *progress = four();
		AUTO(free) char *text = NULL;

		progress_add(progress,
			     "größer als die Breite eines Terminals von achtzig Spalten, "
			     "und noch einmal so breit",
			     0);
		progress_set(progress, 0, 10000);
		progress_set(progress, 4, 10000);
		progress_end(progress, 3, "already there");
		free(draw(progress, columns, 24, SECOND));
		progress_set(progress, 0, 20000);
		text = draw(progress, columns, 24, 2 * SECOND);
		for (const char *line = strchr(text, 'A') + 2, *end; (end = strstr(line, "{K}\n"));
		     line = end + 4)
			assert_true(utf8_width(line, end - line) < columns);
	}
}

static void a_terminal_that_became_narrower(void **state)
{
	AUTO(progress) struct progress *progress = progress_new(false);
	AUTO(free) char *text = NULL;

	progress_add(progress, "a", 1000);
	progress_set(progress, 0, 1000);
	free(draw(progress, 80, 24, SECOND));
	/* both lines were 63 columns wide: of 40 they are two rows each */
	text = draw(progress, 40, 24, 2 * SECOND);
	assert_int_equal(strncmp(text, "{CR}{4A}a", 9), 0);
	free(text);
	/* never above the screen */
	free(draw(progress, 80, 24, 3 * SECOND));
	text = draw(progress, 40, 3, 4 * SECOND);
	assert_int_equal(strncmp(text, "{CR}{2A}a", 9), 0);
	free(text);
	text = NULL;
}

static void a_low_terminal(void **state)
{
	AUTO(progress) struct progress *progress = four();
	AUTO(free) char *text = NULL;

	progress_set(progress, 3, 0);
	progress_end(progress, 0, "mounted");
	/* six rows are needed where there are five: the ended one goes up, and for good */
	text = draw(progress, 25, 5, SECOND);
	assert_string_equal(text, "{CR}"
				  "opensnoop.bpf.o  mounted{K}\n"
				  "opensnoop.skel…  waiting{K}\n"
				  "README           waiting{K}\n"
				  "config                0%{K}\n"
				  "1 of 4                0%{K}\n{J}");
	free(text);
	progress_set(progress, 1, 2500);
	text = draw(progress, 25, 4, SECOND);
	assert_string_equal(text, "{CR}{3A}"
				  "opensnoop.skel.json  50%{K}\n"
				  "config                0%{K}\n"
				  "1 of 4               39%{K}\n{J}");
}

static void labels_cannot_move_the_cursor(void **state)
{
	AUTO(progress) struct progress *progress = progress_new(false);

	progress_add(progress, "a\033[2Jb", 10);
	progress_end(progress, progress_add(progress, "b", 10), "\033c");
	draws(progress, 40, SECOND,
	      "{CR}"
	      "a\\x1b[2Jb  waiting{K}\n"
	      "b          \\x1bc{K}\n"
	      "1 of 2                   0 B / 10 B{K}\n{J}");
}

static void nothing_to_transfer(void **state)
{
	AUTO(progress) struct progress *progress = progress_new(false);

	draws(progress, 80, SECOND, "");
	progress_end(progress, progress_add(progress, "b", 10), "already there");
	draws(progress, 80, SECOND,
	      "{CR}"
	      "b         already there{K}\n"
	      "1 of 1    nothing to transfer{K}\n{J}");
}

#define TEST(f) cmocka_unit_test(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_state_each),
		TEST(the_rate_is_that_of_the_last_seconds),
		TEST(what_does_not_fit_is_left_out),
		TEST(no_line_reaches_the_last_column),
		TEST(a_terminal_that_became_narrower),
		TEST(a_low_terminal),
		TEST(labels_cannot_move_the_cursor),
		TEST(nothing_to_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
