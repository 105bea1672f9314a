// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/clock.h"
#include "base/alloc.h"
#include "base/auto.h"

/* Seconds from date -u -d '…' +%s. */
static const struct {
	const char *text;
	int64_t seconds;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2026-11-22T02:51:00Z", 1795315860 },
	{ "2026-11-22t02:51:00z", 1795315860 },
	{ "2026-11-22T02:51:00.123456789Z", 1795315860 },
	{ "2026-11-22T03:51:00+01:00", 1795315860 },
	{ "2026-11-21T21:21:00-05:30", 1795315860 },
	{ "2024-02-29T12:00:00Z", 1709208000 },
};

static const char *const bad[] = {
	"",
	"x",
	"2026-11-22",
	"2026-11-22T02:51:00",
	"2026-11-22T02:51:00ZZ",
	"2026-13-22T02:51:00Z",
	"2026-11-22T24:51:00Z",
	"2026-11-22T02:60:00Z",
	"2026-11-00T02:51:00Z",
	"+026-11-22T02:51:00Z",
	"2026-11-22T-2:51:00Z",
	"2026/11/22T02:51:00Z",
	"2026-11-22T02:51:00+0100",
	"2026-11-22T02:51:00+1:00",
	"2026-11-22T02:51:00+24:00",
};

static void parses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_int_equal(clock_parse_rfc3339(times[i].text), times[i].seconds);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(clock_parse_rfc3339(bad[i]), -1);
}

static void writes(void **state)
{
	AUTO(free) char *text = clock_rfc3339(1795315860);

	assert_string_equal(text, "2026-11-22T02:51:00Z");
}

static void tells_ages(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} ages[] = {
		{ -5, "just now" },
		{ 0, "just now" },
		{ 1, "1 second ago" },
		{ 59, "59 seconds ago" },
		{ 60, "1 minute ago" },
		{ 7200, "2 hours ago" },
		{ 86400, "1 day ago" },
		{ 86400 * 14, "2 weeks ago" },
		{ 86400 * 400, "1 year ago" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ages); i++) {
		AUTO(free) char *text = clock_age(1000, 1000 + ages[i].seconds);

		assert_string_equal(text, ages[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(writes),
		cmocka_unit_test(tells_ages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
