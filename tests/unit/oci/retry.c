// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/retry.h"
#include "base/alloc.h"

#define NOW 784111770 /* Sun, 06 Nov 1994 08:49:30 GMT */

static void reads_retry_after(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ NULL, -1 },
		{ "0", 0 },
		{ "120", 120 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 7 },
		{ "Sun, 06 Nov 1994 08:49:00 GMT", 0 },
		{ "soon", -1 },
		{ "-5", -1 },
		{ "1.5", -1 },
		{ "99999999999999999999", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT and more", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(oci_retry_after(cases[i].text, NOW), cases[i].seconds);
}

static void waits_longer_each_time(void **state)
{
	(void)state;
	assert_int_equal(oci_retry_delay_ns(0, 0), 250000000);
	assert_int_equal(oci_retry_delay_ns(1, 0), 500000000);
	assert_int_equal(oci_retry_delay_ns(4, 0), 4000000000ll);
	assert_int_equal(oci_retry_delay_ns(7, 0), 10000000000ll);
	assert_int_equal(oci_retry_delay_ns(1000, 0), 10000000000ll);
	assert_in_range(oci_retry_delay_ns(0, UINT32_MAX), 250000000, 275000000);
}

static void knows_what_may_pass(void **state)
{
	static const long yes[] = { 408, 429, 500, 502, 503, 504 };
	static const long no[] = { 0, 200, 301, 400, 401, 403, 404, 405, 416, 501, 505 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(oci_status_may_pass(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(oci_status_may_pass(no[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_retry_after),
		cmocka_unit_test(waits_longer_each_time),
		cmocka_unit_test(knows_what_may_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
