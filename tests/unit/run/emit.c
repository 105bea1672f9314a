// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/emit.h"
#include <inttypes.h>

#include "base/auto.h"

#include "base/alloc.h"

static void check(uint64_t value)
{
	char text[64], expected[64];

	snprintf(expected, sizeof(expected), "%" PRIu64, value);
	assert_int_equal(emit_digits(value), strlen(expected));
	*emit_unsigned(text, value) = '\0';
	assert_string_equal(text, expected);
	snprintf(expected, sizeof(expected), "%" PRId64, (int64_t)value);
	*emit_signed(text, (int64_t)value) = '\0';
	assert_string_equal(text, expected);
	snprintf(expected, sizeof(expected), "%" PRIx64, value);
	*emit_hex(text, value) = '\0';
	assert_string_equal(text, expected);
	snprintf(expected, sizeof(expected), "%12" PRIu64, value);
	*emit_number_right(text, (int64_t)value, false, 12) = '\0';
	assert_string_equal(text, expected);
	snprintf(expected, sizeof(expected), "%7" PRId64, (int64_t)value);
	*emit_number_right(text, (int64_t)value, true, 7) = '\0';
	assert_string_equal(text, expected);
}

/* As printf has them, around each power of two and of ten. */
static void numbers_are_as_printf_has_them(void **state)
{
	uint64_t ten = 1;

	(void)state;
	for (int i = 0; i < 64; i++)
		for (int near = -2; near <= 2; near++)
			check((1ull << i) + near);
	for (int i = 0; i < 20; i++, ten *= 10)
		for (int near = -2; near <= 2; near++)
			check(ten + near);
	check(UINT64_MAX);
}

/* Text of each length around the 16 bytes that are copied at once, the odd byte at each place. */
static void a_special_byte_is_found_anywhere(void **state)
{
	(void)state;
	for (size_t len = 0; len < 50; len++) {
		for (size_t at = 0; at < len; at++) {
			AUTO(free) char *text = mem_alloc(len);
			char out[512], expected[512];

			memset(text, 'x', len);
			text[at] = '\x01';
			*emit_text(out, text, len, false) = '\0';
			snprintf(expected, sizeof(expected), "%.*s\\x01%.*s", (int)at,
				 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
				 (int)(len - at - 1),
				 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
			assert_string_equal(out, expected);
			text[at] = '\0';
			assert_int_equal(emit_text(out, text, len, true) - out, at);
		}
	}
}

/* Every byte, alone: what it becomes in a table and in JSON. */
static void each_byte_is_safe(void **state)
{
	(void)state;
	for (unsigned int c = 1; c < 256; c++) {
		char byte = (char)c, out[64], expected[64];

		*emit_text(out, &byte, 1, false) = '\0';
		snprintf(expected, sizeof(expected), c >= 0x20 && c < 0x7f ? "%c" : "\\x%02x", c);
		assert_string_equal(out, expected);
		*emit_text(out, &byte, 1, true) = '\0';
		if (c == '\b' || c == '\f' || c == '\n' || c == '\r' || c == '\t')
			snprintf(expected, sizeof(expected), "\\%c",
				 "btn_fr"[c == '\r' ? 5 : c - 8]);
		else if (c >= 0x80)
			snprintf(expected, sizeof(expected), "\\ufffd");
		else if (c < 0x20 || c == 0x7f)
			snprintf(expected, sizeof(expected), "\\u00%02x", c);
		else
			snprintf(expected, sizeof(expected), c == '"' || c == '\\' ? "\\%c" : "%c",
				 c);
		assert_string_equal(out, expected);
	}
}

static void padding(void **state)
{
	char out[64];

	(void)state;
	memcpy(out, "ab", 2);
	*emit_pad(out + 2, out, 5) = '\0';
	assert_string_equal(out, "ab   ");
	*emit_pad(out + 2, out, 2) = '\0';
	assert_string_equal(out, "ab");
	*emit_pad(out + 2, out, 0) = '\0';
	assert_string_equal(out, "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_printf_has_them),
		cmocka_unit_test(a_special_byte_is_found_anywhere),
		cmocka_unit_test(each_byte_is_safe),
		cmocka_unit_test(padding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
