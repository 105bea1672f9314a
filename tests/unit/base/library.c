// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <zlib.h>

#include "base/alloc.h"
#include "base/library.h"

static const Bytef text[] = "123456789";

#define GOOD_FUNCTIONS(X) X(good, crc32) X(good, adler32)
LIBRARY_TABLE(good, GOOD_FUNCTIONS);

static void functions_are_loaded_and_work(void **state)
{
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(library_load("libz.so.1", "zlib1g", good_symbols,
					      ARRAY_SIZE(good_symbols), &err),
				 0);
	/* the check value of CRC-32/ISO-HDLC */
	assert_int_equal(good.crc32(0, text, 9), 0xcbf43926);
}

static void a_missing_library_is_named(void **state)
{
	struct library_symbol symbols[] = { { "crc32", NULL } };
	struct err err = { 0 };
	void *slot = NULL;

	(void)state;
	symbols[0].slot = &slot;
	assert_int_equal(library_load("libnone.so.9", "libnone9", symbols, 1, &err), -1);
	assert_int_equal(err.code, EC_UNSUPPORTED);
	assert_non_null(strstr(err.text, "libnone.so.9"));
	assert_non_null(strstr(err.hint, "libnone9"));
	assert_null(slot);
}

static void a_missing_function_leaves_the_table(void **state)
{
	void *slots[2] = { NULL, NULL };
	struct library_symbol symbols[] = { { "crc32", &slots[0] }, { "crc3200", &slots[1] } };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(library_load("libz.so.1", "zlib1g", symbols, 2, &err), -1);
	assert_int_equal(err.code, EC_UNSUPPORTED);
	assert_non_null(strstr(err.text, "crc3200"));
	assert_null(slots[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_loaded_and_work),
		cmocka_unit_test(a_missing_library_is_named),
		cmocka_unit_test(a_missing_function_leaves_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
