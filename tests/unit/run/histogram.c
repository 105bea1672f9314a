// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/histogram.h"
#include "base/alloc.h"

#define STARS "****************************************"
#define BLANK "                                        "

/* libbpf-tools, trace_helpers.c, print_log2_hist() prints the same. */
static void log2_is_as_known(void **state)
{
	static const uint64_t slots[27] = { 0, 4, 2, 0, 1 };
	AUTO(str) struct str out = STR_MAX(8192);

	(void)state;
	histogram_add(slots, 27, HISTOGRAM_LOG2, "usecs", &out);
	assert_string_equal(
		str_text(&out),
		"     usecs               : count    distribution\n"
		"         0 -> 1          : 0        |" BLANK "|\n"
		"         2 -> 3          : 4        |" STARS "|\n"
		"         4 -> 7          : 2        |********************                    |\n"
		"         8 -> 15         : 0        |" BLANK "|\n"
		"        16 -> 31         : 1        |**********                              |\n");
}

static const struct {
	size_t slot;
	const char *line;
} wide[] = {
	{ 32, "4294967296 -> 8589934591 : 7        |" STARS "|\n" },
	{ 33, "          8589934592 -> 17179869183          : 7        |********************|\n" },
	{ 62, " 4611686018427387904 -> 9223372036854775807  : 7        |********************|\n" },
	{ 63, " 9223372036854775808 -> 18446744073709551615 : 7        |********************|\n" },
};

static void wide_numbers_have_half_the_stars(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wide); i++) {
		AUTO(str) struct str out = STR_MAX(16384);
		uint64_t slots[64] = { 0 };

		slots[wide[i].slot] = 7;
		histogram_add(slots, 64, HISTOGRAM_LOG2, "ns", &out);
		assert_true(text_ends(str_text(&out), wide[i].line));
	}
}

static void linear_counts_values(void **state)
{
	static const uint64_t slots[] = { 1, 0, UINT64_MAX, 0 };
	AUTO(str) struct str out = STR_MAX(4096);

	(void)state;
	histogram_add(slots, ARRAY_SIZE(slots), HISTOGRAM_LINEAR, "cpus", &out);
	assert_string_equal(str_text(&out), "cpus          : count    distribution\n"
					    "0             : 1        |" BLANK "|\n"
					    "1             : 0        |" BLANK "|\n"
					    "2             : 18446744073709551615 |" STARS "|\n");
}

static void nothing_is_nothing(void **state)
{
	static const uint64_t slots[8];
	AUTO(str) struct str out = STR_MAX(4096);

	(void)state;
	histogram_add(slots, 8, HISTOGRAM_LOG2, "usecs", &out);
	histogram_add(slots, 0, HISTOGRAM_LINEAR, "usecs", &out);
	assert_int_equal(out.len, 0);
}

static void odd_input_is_survived(void **state)
{
	AUTO(str) struct str out = STR_MAX(65536);
	uint64_t slots[100] = { [99] = 1 }; /* more than a 64-bit number has */

	(void)state;
	histogram_add(slots, 100, HISTOGRAM_LOG2, "\x1b[2J", &out);
	assert_null(strchr(str_text(&out), 0x1b));
	assert_true(text_ends(str_text(&out), " : 1        |********************|\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log2_is_as_known),
		cmocka_unit_test(wide_numbers_have_half_the_stars),
		cmocka_unit_test(linear_counts_values),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(odd_input_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
