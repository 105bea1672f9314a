// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_EMIT_H
#define EPM_RUN_EMIT_H

/*
 * Numbers and text appended to a buffer: the innermost loop of epm, hence inline. Each function
 * writes at p and returns the new end. The caller has made sure of the room, which is what the text
 * can take at most plus EMIT_SLACK, because whole vectors are stored.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define EMIT_SLACK 64
#define EMIT_NUMBER_MAX 40 /* the longest number: 128 bits with a sign */

static const char emit_pairs[201] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445"
	"46474849505152535455565758596061626364656667686970717273747576777879808182838485868788899091"
	"9293949596979899";

static inline unsigned int emit_digits(uint64_t value)
{
	static const uint64_t powers[20] = { 0,
					     10ull,
					     100ull,
					     1000ull,
					     10000ull,
					     100000ull,
					     1000000ull,
					     10000000ull,
					     100000000ull,
					     1000000000ull,
					     10000000000ull,
					     100000000000ull,
					     1000000000000ull,
					     10000000000000ull,
					     100000000000000ull,
					     1000000000000000ull,
					     10000000000000000ull,
					     100000000000000000ull,
					     1000000000000000000ull,
					     10000000000000000000ull };
	/* log10(2) is 1233 / 4096 near enough for 64 bits */
	unsigned int guess = ((64 - __builtin_clzll(value | 1)) * 1233) >> 12;

	return guess + (value >= powers[guess]);
}

/* Exactly n digits, which must be emit_digits(value). */
static inline char *emit_exact(char *p, uint64_t value, unsigned int n)
{
	char *end = p + n, *q = end;

	while (value >= 100) {
		q -= 2;
		memcpy(q, emit_pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10)
		memcpy(q - 2, emit_pairs + 2 * value, 2);
	else
		q[-1] = '0' + value;
	return end;
}

static inline char *emit_unsigned(char *p, uint64_t value)
{
	return emit_exact(p, value, emit_digits(value));
}

static inline char *emit_signed(char *p, int64_t value)
{
	if (value >= 0)
		return emit_unsigned(p, value);
	*p++ = '-';
	return emit_unsigned(p, -(uint64_t)value);
}

/* Whole vectors are stored: a loop of single bytes becomes a call of memset(), which costs more. */
static inline char *emit_blanks(char *p, unsigned int n)
{
	static const char blanks[16] = "                ";
	char *end = p + n;

	do {
		memcpy(p, blanks, sizeof(blanks));
		p += sizeof(blanks);
	} while (p < end);
	return end;
}

/* Right-aligned in at least `width` columns. */
static inline char *emit_number_right(char *p, int64_t value, bool is_signed, unsigned int width)
{
	bool is_negative = is_signed && value < 0;
	uint64_t magnitude = is_negative ? -(uint64_t)value : (uint64_t)value;
	unsigned int n = emit_digits(magnitude), all = n + is_negative;

	if (all < width)
		p = emit_blanks(p, width - all);
	if (is_negative)
		*p++ = '-';
	return emit_exact(p, magnitude, n);
}

static inline char *emit_hex(char *p, uint64_t value)
{
	unsigned int n = (67 - __builtin_clzll(value | 1)) / 4;

	for (unsigned int i = n; i-- > 0; value >>= 4)
		p[i] = "0123456789abcdef"[value & 15];
	return p + n;
}

static inline char *emit_bytes(char *p, const void *data, size_t size)
{
	memcpy(p, data, size);
	return p + size;
}

/* Fill with blanks up to start + width bytes. */
static inline char *emit_pad(char *p, const char *start, unsigned int width)
{
	return p < start + width ? emit_blanks(p, start + width - p) : p;
}

/* Must this byte be looked at more closely? Controls, DEL, what is not ASCII, in JSON " and \. */
static inline bool emit_is_special(unsigned char c, bool is_json)
{
	return c < 0x20 || c >= 0x7f || (is_json && (c == '"' || c == '\\'));
}

/*
 * Copies bytes up to the first special one (NUL is one) or max; returns how many. May write 16
 * bytes beyond. Reads nothing beyond max.
 */
static inline size_t emit_clean(char *p, const char *s, size_t max, bool is_json)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= max; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(s + i));
		/* signed: below 0x20 are 0 to 0x1f and 0x80 to 0xff */
		__m128i bad = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)),
					   _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
		unsigned int mask;

		if (is_json)
			bad = _mm_or_si128(bad,
					   _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
							_mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
		_mm_storeu_si128((__m128i *)(p + i), v);
		mask = _mm_movemask_epi8(bad);
		if (mask)
			return i + __builtin_ctz(mask);
	}
#endif
	for (; i < max; i++) {
		if (emit_is_special(s[i], is_json))
			return i;
		p[i] = s[i];
	}
	return i;
}

/*
 * One special byte or UTF-8 sequence at *s, of at most max bytes; *s moves behind it. Takes at most
 * 6 bytes of room for each byte read.
 */
char *emit_special(char *p, const char **s, size_t max, bool is_json);

/* Text up to its NUL, or max bytes; nothing in it can reach a terminal or break JSON. */
static inline char *emit_text(char *p, const char *s, size_t max, bool is_json)
{
	const char *end = s + max;
	size_t n;

	for (;;) {
		n = emit_clean(p, s, end - s, is_json);
		p += n;
		s += n;
		if (s == end || !*s)
			return p;
		p = emit_special(p, &s, end - s, is_json);
	}
}

#endif
