// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/format.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/alloc.h"
#include "run/emit.h"

#define SIZE(n) (1u << (n))
#define INTS (SIZE(1) | SIZE(2) | SIZE(4) | SIZE(8))

static uint64_t number(const void *field, uint32_t size)
{
	uint64_t value = 0;
	uint32_t word;

	if (size == sizeof(word)) { /* the common size without a call */
		memcpy(&word, field, sizeof(word));
		return word;
	}
	memcpy((char *)&value + (__BYTE_ORDER == __BIG_ENDIAN ? 8 - size : 0), field, size);
	return value;
}

static int64_t signed_number(const void *field, uint32_t size, bool is_signed)
{
	uint64_t value = number(field, size);
	unsigned int unused = 64 - 8 * size;

	return is_signed ? (int64_t)(value << unused) >> unused : (int64_t)value;
}

static char *emit_ip4(char *p, const void *field, uint32_t size, bool is_signed)
{
	const unsigned char *b = field;

	for (int i = 0; i < 4; i++) {
		p = emit_unsigned(p, b[i]);
		*p++ = '.';
	}
	return p - 1;
}

static char *emit_ip6(char *p, const void *field, uint32_t size, bool is_signed)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(AF_INET6, field, text, sizeof(text)))
		return p;
	return emit_bytes(p, text, strlen(text));
}

/* 16 bytes: IPv6, or IPv4 in the first four with zeros behind, as tools with one field for both. */
static char *emit_ip(char *p, const void *field, uint32_t size, bool is_signed)
{
	static const char zeros[12];

	if (size == 4 || !memcmp((const char *)field + 4, zeros, sizeof(zeros)))
		return emit_ip4(p, field, size, is_signed);
	return emit_ip6(p, field, size, is_signed);
}

static char *emit_mac(char *p, const void *field, uint32_t size, bool is_signed)
{
	const unsigned char *b = field;

	for (int i = 0; i < 6; i++) {
		*p++ = "0123456789abcdef"[b[i] >> 4];
		*p++ = "0123456789abcdef"[b[i] & 15];
		*p++ = ':';
	}
	return p - 1;
}

static char *emit_hex_number(char *p, const void *field, uint32_t size, bool is_signed)
{
	const unsigned char *b = field;

	if (size <= 8) {
		p = emit_bytes(p, "0x", 2);
		return emit_hex(p, number(field, size));
	}
	for (uint32_t i = 0; i < size && i < FORMAT_MAX / 2 - 1; i++) {
		*p++ = "0123456789abcdef"[b[i] >> 4];
		*p++ = "0123456789abcdef"[b[i] & 15];
	}
	return p;
}

static char *emit_octal(char *p, const void *field, uint32_t size, bool is_signed)
{
	char digits[24], *q = digits + sizeof(digits);
	uint64_t value = number(field, size);

	do
		*--q = '0' + (value & 7);
	while (value >>= 3);
	*p++ = '0';
	return emit_bytes(p, q, digits + sizeof(digits) - q);
}

static char *emit_char(char *p, const void *field, uint32_t size, bool is_signed)
{
	unsigned char c = *(const unsigned char *)field;

	if (c > 0x20 && c < 0x7f && c != '"' && c != '\\') {
		*p++ = c;
		return p;
	}
	return emit_hex_number(p, field, 1, false);
}

/* value / 10^digits with that many decimals cut to three, and a unit */
static char *emit_scaled(char *p, unsigned __int128 value, uint64_t divisor, const char *unit)
{
	p = emit_unsigned(p, value / divisor);
	if (divisor > 1) {
		uint64_t rest = value % divisor * 1000 / divisor;

		*p++ = '.';
		*p++ = '0' + rest / 100;
		p = emit_bytes(p, emit_pairs + 2 * (rest % 100), 2);
	}
	return emit_bytes(p, unit, strlen(unit));
}

/* 128 bits hold any 64-bit number of ms; the seconds of it are in 64 again. */
static char *emit_time(char *p, const void *field, uint32_t size, bool is_signed, unsigned int unit)
{
	int64_t value = signed_number(field, size, is_signed);
	unsigned __int128 ns;

	if (is_signed && value < 0) {
		*p++ = '-';
		ns = (unsigned __int128)-(uint64_t)value * unit;
	} else {
		ns = (unsigned __int128)(uint64_t)value * unit;
	}
	if (ns < 1000)
		return emit_scaled(p, ns, 1, "ns");
	if (ns < 1000000)
		return emit_scaled(p, ns, 1000, "us");
	if (ns < 1000000000)
		return emit_scaled(p, ns, 1000000, "ms");
	return emit_scaled(p, ns, 1000000000, "s");
}

static char *emit_ns(char *p, const void *field, uint32_t size, bool is_signed)
{
	return emit_time(p, field, size, is_signed, 1);
}

static char *emit_us(char *p, const void *field, uint32_t size, bool is_signed)
{
	return emit_time(p, field, size, is_signed, 1000);
}

static char *emit_ms(char *p, const void *field, uint32_t size, bool is_signed)
{
	return emit_time(p, field, size, is_signed, 1000000);
}

static char *emit_byte_count(char *p, const void *field, uint32_t size, bool is_signed)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	int64_t number = signed_number(field, size, is_signed);
	bool is_negative = is_signed && number < 0;
	uint64_t value = is_negative ? -(uint64_t)number : (uint64_t)number;
	unsigned int i = 0;

	if (is_negative)
		*p++ = '-';
	while (i + 1 < ARRAY_SIZE(units) && value >> (10 * (i + 1)))
		i++;
	return emit_scaled(p, value, 1ull << (10 * i), units[i]);
}

/* bpf_ktime_get_ns(): nanoseconds since boot without sleep, as the time of day it was. */
static char *emit_ktime(char *p, const void *field, uint32_t size, bool is_signed)
{
	struct timespec wall, mono;
	uint64_t ns;
	time_t t;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	ns = (wall.tv_sec - mono.tv_sec) * 1000000000ull + wall.tv_nsec - mono.tv_nsec +
	     number(field, size);
	t = ns / 1000000000;
	p += strftime(p, 32, "%H:%M:%S.", localtime_r(&t, &tm));
	ns = ns % 1000000000 / 1000;
	for (int i = 5; i >= 0; i--, ns /= 10)
		p[i] = '0' + ns % 10;
	return p + 6;
}

static char *emit_named(char *p, const char *name, int64_t value)
{
	if (name && *name)
		return emit_bytes(p, name, strlen(name));
	return emit_signed(p, value);
}

/* Error numbers come as errno or negated, as the kernel returns them. */
static char *emit_errno(char *p, const void *field, uint32_t size, bool is_signed)
{
	int64_t value = signed_number(field, size, is_signed);
	uint64_t n = value < 0 ? -(uint64_t)value : (uint64_t)value;

	if (n == 0) { /* as it mostly is */
		*p = '0';
		return p + 1;
	}
	return emit_named(p, n > 0 && n < 4096 ? strerrorname_np(n) : NULL, value);
}

static char *emit_signal(char *p, const void *field, uint32_t size, bool is_signed)
{
	int64_t value = signed_number(field, size, is_signed);
	const char *name = value > 0 && value < 65 ? sigabbrev_np(value) : NULL;

	if (name)
		p = emit_bytes(p, "SIG", 3);
	return emit_named(p, name, value);
}

static const char *const syscall_names[] = {
#include "run/syscall_names.inc"
};

static char *emit_syscall(char *p, const void *field, uint32_t size, bool is_signed)
{
	int64_t value = signed_number(field, size, is_signed);
	bool is_known = value >= 0 && value < (int64_t)ARRAY_SIZE(syscall_names);

	return emit_named(p, is_known ? syscall_names[value] : NULL, value);
}

/* As ls shows it: "-rw-r--r--" */
static char *emit_mode(char *p, const void *field, uint32_t size, bool is_signed)
{
	static const char types[] = "?pc?d?b?-?l?s???";
	unsigned int mode = number(field, size);

	*p++ = types[(mode >> 12) & 15];
	for (int i = 8; i >= 0; i--)
		*p++ = mode & (1u << i) ? "xwr"[i % 3] : '-';
	if (mode & 04000)
		p[-7] = mode & 0100 ? 's' : 'S';
	if (mode & 02000)
		p[-4] = mode & 0010 ? 's' : 'S';
	if (mode & 01000)
		p[-1] = mode & 0001 ? 't' : 'T';
	return p;
}

static const struct format formats[] = {
	{ "ip4", "ipv4_addr", SIZE(4), 15, false, FORMAT_QUOTED, emit_ip4 },
	{ "ip6", "ipv6_addr", SIZE(16), 24, false, FORMAT_QUOTED, emit_ip6 },
	{ "ip", "ip_addr", SIZE(4) | SIZE(16), 24, false, FORMAT_QUOTED, emit_ip },
	{ "mac", "mac_addr", SIZE(6) | SIZE(8), 17, false, FORMAT_QUOTED, emit_mac },
	{ "hex", NULL, 0, 10, false, FORMAT_QUOTED, emit_hex_number },
	{ "oct", NULL, INTS, 7, true, FORMAT_RAW, emit_octal },
	{ "char", NULL, SIZE(1), 4, false, FORMAT_QUOTED, emit_char },
	{ "ns", "gadget_duration", INTS, 10, true, FORMAT_RAW, emit_ns },
	{ "us", NULL, INTS, 10, true, FORMAT_RAW, emit_us },
	{ "ms", NULL, INTS, 10, true, FORMAT_RAW, emit_ms },
	{ "bytes", "gadget_bytes", INTS, 10, true, FORMAT_RAW, emit_byte_count },
	{ "ktime", "gadget_timestamp", SIZE(8), 15, false, FORMAT_RAW, emit_ktime },
	{ "errno", "gadget_errno", SIZE(1) | SIZE(2) | SIZE(4) | SIZE(8), 12, false, FORMAT_NAMED,
	  emit_errno },
	{ "signal", "gadget_signal", INTS, 9, false, FORMAT_NAMED, emit_signal },
	{ "syscall", "gadget_syscall", INTS, 16, false, FORMAT_NAMED, emit_syscall },
	{ "mode", "gadget_file_mode", INTS, 10, false, FORMAT_RAW, emit_mode },
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(name, formats[i].name))
			return &formats[i];
	return NULL;
}

const struct format *format_of_typedef(const char *name, uint32_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].typedef_name && !strcmp(name, formats[i].typedef_name) &&
		    format_takes(&formats[i], size))
			return &formats[i];
	return NULL;
}

bool format_takes(const struct format *format, uint32_t size)
{
	return !format->sizes || (size < 32 && format->sizes & (1u << size));
}
