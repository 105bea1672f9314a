// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/format.h"
#include "base/alloc.h"

#define R(bytes) bytes, sizeof(bytes) - 1
#define FF8 "\xff\xff\xff\xff\xff\xff\xff\xff"

/* Format, the field's bytes (little endian), signed or not, and what is shown. */
static const struct {
	const char *format, *field;
	size_t size;
	bool is_signed;
	const char *text;
} cases[] = {
	{ "ip4", R("\x7f\x00\x00\x01"), false, "127.0.0.1" },
	{ "ip4", R("\xff\xff\xff\xff"), true, "255.255.255.255" },
	{ "ip6", R("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"), false, "::1" },
	{ "ip6", R("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x0a"), false, "2001:db8::a" },
	{ "ip", R("\x0a\x01\x02\x03"), false, "10.1.2.3" },
	{ "ip", R("\x0a\x01\x02\x03\0\0\0\0\0\0\0\0\0\0\0\0"), false, "10.1.2.3" },
	{ "ip", R("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"), false, "fe80::1" },
	{ "mac", R("\x00\x1b\xff\x0a\x09\xc0"), false, "00:1b:ff:0a:09:c0" },
	{ "mac", R("\x00\x1b\xff\x0a\x09\xc0\0\0"), false, "00:1b:ff:0a:09:c0" },
	{ "hex", R("\x00"), false, "0x0" },
	{ "hex", R("\xef\xbe\xad\xde"), true, "0xdeadbeef" },
	{ "hex", R("\xff\x01\x02"), false, "0x201ff" },
	{ "hex", R(FF8), false, "0xffffffffffffffff" },
	{ "hex", R("\x00\x01\x02\x03\x04\x05\x06\x07\xff"), false, "0001020304050607ff" },
	{ "oct", R("\xa4\x81\x00\x00"), false, "0100644" },
	{ "oct", R("\x00"), false, "00" },
	{ "oct", R(FF8), false, "01777777777777777777777" },
	{ "char", R("A"), false, "A" },
	{ "char", R("\""), false, "0x22" },
	{ "char", R("\x1b"), false, "0x1b" },
	{ "char", R("\xe9"), false, "0xe9" },
	{ "ns", R("\xe7\x03\x00\x00"), false, "999ns" },
	{ "ns", R("\xe8\x03\x00\x00"), false, "1.000us" },
	{ "ns", R("\x40\xe2\x01\x00"), false, "123.456us" },
	{ "ns", R("\xff\xff\xff\x7f"), true, "2.147s" },
	{ "ns", R("\xfb\xff\xff\xff"), true, "-5ns" },
	{ "ns", R(FF8), false, "18446744073.709s" },
	{ "us", R("\x01"), false, "1.000us" },
	{ "us", R(FF8), false, "18446744073709.551s" },
	{ "ms", R("\xd0\x07\0\0"), false, "2.000s" },
	{ "ms", R(FF8), false, "18446744073709551.615s" },
	{ "ms", R(FF8), true, "-1.000ms" },
	{ "ms", R("\0\0\0\0\0\0\0\x80"), true, "-9223372036854775.808s" },
	{ "bytes", R("\xff\x03\0\0"), false, "1023B" },
	{ "bytes", R("\x00\x04\0\0"), false, "1.000KiB" },
	{ "bytes", R("\x00\x06\0\0"), false, "1.500KiB" },
	{ "bytes", R(FF8), false, "15.999EiB" },
	{ "bytes", R(FF8), true, "-1B" },
	{ "errno", R("\x02\0\0\0"), true, "ENOENT" },
	{ "errno", R("\xfe\xff\xff\xff"), true, "ENOENT" },
	{ "errno", R("\0\0\0\0"), true, "0" },
	{ "errno", R("\x03\0\0\0\0\0\0\x80"), true, "-9223372036854775805" },
	{ "errno", R("\0\0\0\0\0\0\0\x80"), true, "-9223372036854775808" },
	{ "errno", R("\xff\x0f\0\0"), true, "4095" },
	{ "signal", R("\x09\0\0\0"), true, "SIGKILL" },
	{ "signal", R("\0\0\0\0"), true, "0" },
	{ "signal", R("\x41\0\0\0"), true, "65" },
	{ "signal", R("\xff\xff\xff\xff"), true, "-1" },
	{ "syscall", R("\xff\xff\xff\xff"), true, "-1" },
	{ "syscall", R("\xff\xff\xff\xff"), false, "4294967295" },
	{ "mode", R("\xa4\x81"), false, "-rw-r--r--" },
	{ "mode", R("\xed\x41\0\0"), false, "drwxr-xr-x" },
	{ "mode", R("\xff\x43"), false, "drwxrwxrwt" },
	{ "mode", R("\xed\x89"), false, "-rwsr-xr-x" },
	{ "mode", R("\xa4\x8d"), false, "-rwSr-Sr--" },
	{ "mode", R("\xb6\x21"), false, "crw-rw-rw-" },
};

static void values_are_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct format *format = format_find(cases[i].format);
		char text[FORMAT_MAX + 1];

		assert_non_null(format);
		assert_true(format_takes(format, cases[i].size));
		*format->emit(text, cases[i].field, cases[i].size, cases[i].is_signed) = '\0';
		if (strcmp(text, cases[i].text) != 0)
			fail_msg("%s %zu: %s instead of %s", cases[i].format, i, text,
				 cases[i].text);
	}
}

/* Whatever the bytes: at most FORMAT_MAX, printable, nothing JSON would escape. */
static void any_bytes_are_shown(void **state)
{
	static const char *const names[] = { "ip4",   "ip6",	"ip",	   "mac", "hex",   "oct",
					     "char",  "ns",	"us",	   "ms",  "bytes", "ktime",
					     "errno", "signal", "syscall", "mode" };
	unsigned char field[300];
	uint32_t seed = 7;

	(void)state;
	for (size_t n = 0; n < 20000; n++) {
		const struct format *format = format_find(names[n % ARRAY_SIZE(names)]);
		uint32_t size = n / ARRAY_SIZE(names) % 300;
		char text[FORMAT_MAX + 64], *end;

		for (size_t i = 0; i < sizeof(field); i++)
			field[i] = n % 5 ? (seed = seed * 1664525 + 1013904223) >> 24 : 0xff;
		if (!format_takes(format, size))
			continue;
		end = format->emit(text, field, size, n % 2);
		assert_in_range(end - text, 1, FORMAT_MAX);
		for (char *c = text; c < end; c++)
			assert_true(*c > 0x20 && *c < 0x7f && *c != '"' && *c != '\\');
	}
}

static void typedefs_choose_a_format(void **state)
{
	(void)state;
	assert_string_equal(format_of_typedef("ipv4_addr", 4)->name, "ip4");
	assert_null(format_of_typedef("ipv4_addr", 16));
	assert_string_equal(format_of_typedef("gadget_errno", 4)->name, "errno");
	assert_null(format_of_typedef("pid_t", 4));
	assert_null(format_find("ip5"));
	assert_null(format_find(""));
	assert_false(format_takes(format_find("ip4"), 16));
	assert_false(format_takes(format_find("ns"), 36));
	assert_true(format_takes(format_find("hex"), 36));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_shown),
		cmocka_unit_test(any_bytes_are_shown),
		cmocka_unit_test(typedefs_choose_a_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
