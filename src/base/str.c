// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/str.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"

char *str_room(struct str *s, size_t n)
{
	size_t cap;

	if (n > s->max || s->len > s->max - n) {
		s->is_full = true;
		return NULL;
	}
	if (s->len + n + 1 > s->cap) {
		cap = s->cap ? s->cap * 2 : 64;
		while (cap < s->len + n + 1)
			cap *= 2;
		s->data = mem_resize(s->data, cap, 1);
		s->cap = cap;
	}
	s->data[s->len + n] = '\0';
	return s->data + s->len;
}

void str_add(struct str *s, const void *data, size_t len)
{
	char *room = str_room(s, len);

	if (!room)
		return;
	if (len)
		memcpy(room, data, len);
	s->len += len;
}

void str_adds(struct str *s, const char *text)
{
	str_add(s, text, strlen(text));
}

void str_addc(struct str *s, char c)
{
	str_add(s, &c, 1);
}

void str_addv(struct str *s, const char *fmt, va_list args)
{
	char small[512]; /* most pieces are short: no allocation for these */
	char *text = NULL;
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(small, sizeof(small), fmt, args);
	if (n >= (int)sizeof(small))
		n = vasprintf(&text, fmt, again);
	va_end(again);
	if (n < 0)
		abort();
	str_add(s, text ? text : small, n);
	free(text);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	str_addv(s, fmt, args);
	va_end(args);
}

void str_cut(struct str *s, size_t len)
{
	if (len >= s->len)
		return;
	s->len = len;
	s->data[len] = '\0';
}

const char *str_text(const struct str *s)
{
	return s->data ? s->data : "";
}

char *str_take(struct str *s)
{
	char *text = s->data ? s->data : mem_text("");

	s->data = NULL;
	s->len = s->cap = 0;
	s->is_full = false;
	return text;
}

void str_done(struct str *s)
{
	free(s->data);
	s->data = NULL;
	s->len = s->cap = 0;
}

int str_check(const struct str *s, const char *what, struct err *err)
{
	if (s->is_full)
		return err_set(err, EC_CORRUPT, "%s: more than %zu bytes", what, s->max);
	return 0;
}

bool span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.data, text, s.len) == 0;
}

bool span_starts(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.data, text, len) == 0;
}

struct span span_trim(struct span s)
{
	while (s.len && isspace((unsigned char)s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len && isspace((unsigned char)s.data[s.len - 1]))
		s.len--;
	return s;
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
	size_t len = strlen(text), n = strlen(suffix);

	return len >= n && memcmp(text + len - n, suffix, n) == 0;
}

int text_number(struct span text, uint64_t max, const char *what, uint64_t *out, struct err *err)
{
	uint64_t value = 0;
	bool is_good = text.len > 0;
	unsigned int digit;

	for (size_t i = 0; i < text.len && is_good; i++) {
		digit = (unsigned char)text.data[i] - '0';
		is_good = digit <= 9 && value <= (UINT64_MAX - digit) / 10;
		if (is_good)
			value = value * 10 + digit;
	}
	if (!is_good || value > max)
		return err_set(err, EC_USAGE, "%s: '%.*s' is not a number from 0 to %" PRIu64, what,
			       (int)(text.len < 40 ? text.len : 40), text.data, max);
	*out = value;
	return 0;
}

/* Levenshtein, one row; words of the command line are short, so 64 bounds both. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[65], diagonal, above;
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a > 64 || len_b > 64)
		return 1000;
	for (size_t j = 0; j <= len_b; j++)
		row[j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			above = row[j];
			row[j] = diagonal + (a[i - 1] != b[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			diagonal = above;
		}
	}
	return row[len_b];
}

const char *text_nearest(const char *typed, const char *const *words, size_t n_words)
{
	const char *best = NULL;
	unsigned int limit, least = 1000, d;
	size_t len, len_typed = strlen(typed);

	for (size_t i = 0; i < n_words; i++) {
		len = strlen(words[i]);
		limit = len < 2 ? 1 : (len + 1) / 3; /* two letters that changed places are two */
		if (len > len_typed + limit || len_typed > len + limit)
			continue; /* so far apart by their lengths alone */
		d = distance(typed, words[i]);
		if (d < least && d <= limit) {
			least = d;
			best = words[i];
		}
	}
	return best;
}

char *text_printable(const char *data, size_t len)
{
	struct str out = STR_MAX(len * 4 + 1);

	for (size_t i = 0; i < len;) {
		size_t n = utf8_printable(data + i, len - i);

		if (n) {
			str_add(&out, data + i, n);
			i += n;
		} else {
			str_addf(&out, "\\x%02x", (unsigned char)data[i]);
			i++;
		}
	}
	return str_take(&out);
}
