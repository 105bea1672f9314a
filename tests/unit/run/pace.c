// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "run/stream.h"

#define MS 1000000ull

/* Readings one after the other: records, 1024ths of the buffer, time, and what is to change. */
static const struct {
	uint64_t n;
	unsigned int part;
	uint64_t now_ns;
	enum pace_change change;
	uint64_t sleep_us; /* after it; 0: not looked at */
} steps[] = {
	{ 1, 0, 1000 * MS, PACE_SAME, 0 },
	{ 31, 1, 1001 * MS, PACE_SAME, 0 },	    /* 32 within 10 ms: not many yet */
	{ 32, 1, 1020 * MS, PACE_SAME, 0 },	    /* a new window */
	{ 1, 1, 1029 * MS, PACE_TO_POLLING, 1000 }, /* 33 of them */
	{ 100, 600, 1030 * MS, PACE_SAME, 500 },    /* fuller than an eighth: sooner */
	{ 100, 600, 1031 * MS, PACE_SAME, 250 },
	{ 100, 600, 1032 * MS, PACE_SAME, 250 }, /* the least */
	{ 100, 64, 1033 * MS, PACE_SAME, 250 },	 /* between: as it is */
	{ 100, 1, 1034 * MS, PACE_SAME, 312 },	 /* nearly empty: later */
	{ 0, 0, 1035 * MS, PACE_SAME, 390 },
	{ 0, 0, 1036 * MS, PACE_SAME, 487 },
	{ 50, 1, 1037 * MS, PACE_SAME, 608 }, /* the thin rounds count from 0 again */
	{ 0, 0, 1038 * MS, PACE_SAME, 760 },
	{ 0, 0, 1039 * MS, PACE_SAME, 950 },
	{ 0, 0, 1040 * MS, PACE_SAME, 1187 },
	{ 0, 0, 1041 * MS, PACE_TO_WAKING, 0 },
	{ 32, 1, 1042 * MS, PACE_SAME, 0 }, /* the window began anew */
	{ 1, 1, 1043 * MS, PACE_TO_POLLING, 1000 },
};

static void pace_follows_the_load(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		enum pace_change change =
			pace_step(&pace, steps[i].n, steps[i].part, steps[i].now_ns);

		if (change != steps[i].change ||
		    (steps[i].sleep_us && pace.sleep_us != steps[i].sleep_us))
			fail_msg("step %zu: %d, %u us", i, change, (unsigned int)pace.sleep_us);
	}
}

static void sleep_has_an_end(void **state)
{
	struct pace pace = { .is_polling = true, .sleep_us = 1000 };

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(pace_step(&pace, 1000, 1, 0), PACE_SAME);
	assert_int_equal(pace.sleep_us, PACE_SLEEP_MOST_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pace_follows_the_load),
		cmocka_unit_test(sleep_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
