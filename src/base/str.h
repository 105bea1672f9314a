// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_STR_H
#define EPM_BASE_STR_H

/*
 * Two kinds of text: struct str grows and is always NUL-terminated once it holds anything; struct
 * span is a borrowed piece, for parsers. A struct str never grows beyond the maximum it was made
 * with: what would pass it is dropped whole and is_full is set, which str_check() turns into an
 * error, so that a writer need not check each append.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/auto.h"
#include "base/err.h"

struct str {
	char *data; /* NULL while nothing was added */
	size_t len;
	size_t cap;
	size_t max; /* longest len allowed */
	bool is_full;
};

#define STR_MAX(limit)         \
	{                      \
		.max = (limit) \
	}

void str_add(struct str *s, const void *data, size_t len);
void str_adds(struct str *s, const char *text);
void str_addc(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) PRINTF(2, 3);
void str_addv(struct str *s, const char *fmt, va_list args) PRINTF(2, 0);
void str_cut(struct str *s, size_t len);   /* shorten to len; longer stays as it is */
const char *str_text(const struct str *s); /* never NULL */
char *str_take(struct str *s);		   /* gives the text away; s is empty and usable after */
void str_done(struct str *s);

/* -1 with CORRUPT "what: more than N bytes" if anything was dropped. */
int str_check(const struct str *s, const char *what, struct err *err) MUST_CHECK;

/* Room for n more bytes at the end, to be filled and then claimed with len += n; NULL if full. */
char *str_room(struct str *s, size_t n);

AUTO_STRUCT(str, struct str, str_done);

struct span {
	const char *data;
	size_t len;
};

static inline struct span span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

bool span_is(struct span s, const char *text);
bool span_starts(struct span s, const char *text);
struct span span_trim(struct span s); /* white space at both ends */
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);

/*
 * The number parser of the project: decimal digits only, no sign, no blanks, at most max.
 * USAGE "what: '…' is not a number from 0 to max".
 */
int text_number(struct span text, uint64_t max, const char *what, uint64_t *out,
		struct err *err) MUST_CHECK;

/*
 * The word of a list that is nearest to what was typed, for "did you mean"; NULL when none is near
 * (edit distance above a third of the length, at least 1).
 */
const char *text_nearest(const char *typed, const char *const *words, size_t n_words);

/*
 * A copy of outside text that is safe for a terminal: control bytes, invalid UTF-8 and C1 controls
 * become \xNN. The caller frees it.
 */
char *text_printable(const char *data, size_t len);

#endif
