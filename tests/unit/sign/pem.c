// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/pem.h"
#include "base/alloc.h"
#include "base/limits.h"

static void reads_blocks(void **state)
{
	static const char text[] = "words before\r\n-----BEGIN A-----\r\naGVs\r\nbG8=\r\n"
				   "-----END A-----\r\n\n  -----BEGIN B C-----\n-----END B C-----";
	struct span rest = span_of(text);
	struct err err = { 0 };
	bool has_one;

	(void)state;
	for (int i = 0; i < 3; i++) {
		AUTO(sign_pem) struct sign_pem pem = { 0 };

		assert_int_equal(sign_pem_next(&rest, "x", &pem, &has_one, &err), 0);
		assert_int_equal(has_one, i < 2);
		assert_string_equal(pem.label, i == 0 ? "A" : i == 1 ? "B C" : "");
		assert_int_equal(pem.body.len, i == 0 ? 5 : 0);
		if (i == 0)
			assert_memory_equal(pem.body.data, "hello", 5);
	}
}

static void refuses_blocks(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
	} bad[] = {
		{ "-----BEGIN A-----\naGVs\n", EC_CORRUPT },
		{ "-----BEGIN A-----\naGVs\n-----END B-----\n", EC_CORRUPT },
		{ "-----BEGIN A-----\naGVs\n-----BEGIN A-----\n-----END A-----\n", EC_CORRUPT },
		{ "-----BEGIN A-----\naGV\n-----END A-----\n", EC_CORRUPT },
		{ "-----BEGIN A-----\naGV s\n-----END A-----\n", EC_CORRUPT },
		{ "-----BEGIN A-----\naGVs_w==\n-----END A-----\n", EC_CORRUPT },
		{ "-----BEGIN A-----\naGVsbG9=\n-----END A-----\n", EC_CORRUPT },
		{ "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\naGVs\n-----END A-----\n",
		  EC_UNSUPPORTED },
		{ "-----BEGIN 12345678901234567890123456789012345678901234567890123456789012345"
		  "-----\n",
		  EC_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		AUTO(sign_pem) struct sign_pem pem = { 0 };
		struct span rest = span_of(bad[i].text);
		struct err err = { 0 };
		bool has_one;

		assert_int_equal(sign_pem_next(&rest, "x", &pem, &has_one, &err), -1);
		assert_int_equal(err.code, bad[i].code);
		assert_null(pem.body.data);
	}
}

static void what_is_no_block_is_passed(void **state)
{
	static const char *const none[] = { "", "-----BEGIN -----\n", "----BEGIN A-----\n",
					    "-----BEGIN A----\n", "x-----BEGIN A-----\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		struct span rest = span_of(none[i]);
		struct sign_pem pem = { 0 };
		struct err err = { 0 };
		bool has_one = true;

		assert_int_equal(sign_pem_next(&rest, "x", &pem, &has_one, &err), 0);
		assert_false(has_one);
	}
}

static void writes_and_reads(void **state)
{
	static const size_t sizes[] = { 0, 1, 47, 48, 49, 96, LIMIT_KEY };
	AUTO(free) char *data = mem_alloc(LIMIT_KEY + 1);

	(void)state;
	for (size_t i = 0; i < LIMIT_KEY + 1; i++)
		data[i] = (char)(i * 7);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		AUTO(str) struct str text = STR_MAX(2 * LIMIT_KEY);
		AUTO(sign_pem) struct sign_pem pem = { 0 };
		struct err err = { 0 };
		struct span rest;
		bool has_one;

		sign_pem_write("X Y", data, sizes[i], &text);
		rest = (struct span){ text.data, text.len };
		assert_int_equal(sign_pem_next(&rest, "x", &pem, &has_one, &err), 0);
		assert_true(has_one);
		assert_int_equal(pem.body.len, sizes[i]);
		assert_memory_equal(str_text(&pem.body), data, sizes[i]);
	}
}

static void more_than_the_limit_is_refused(void **state)
{
	AUTO(free) char *data = mem_alloc(LIMIT_KEY + 3);
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_KEY);
	struct sign_pem pem = { 0 };
	struct err err = { 0 };
	struct span rest;
	bool has_one;

	(void)state;
	sign_pem_write("X", data, LIMIT_KEY + 3, &text);
	rest = (struct span){ text.data, text.len };
	assert_int_equal(sign_pem_next(&rest, "x", &pem, &has_one, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_blocks),
		cmocka_unit_test(refuses_blocks),
		cmocka_unit_test(what_is_no_block_is_passed),
		cmocka_unit_test(writes_and_reads),
		cmocka_unit_test(more_than_the_limit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
