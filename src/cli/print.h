// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CLI_PRINT_H
#define EPM_CLI_PRINT_H

/*
 * Listings. A listing is made once, as a JSON array of objects, and goes out as that or as a table:
 * columns are named by the members they show. Widths are those of code points; control bytes come
 * out escaped. On a terminal the columns that may shrink are cut until a row fits; in a pipe nothing
 * is cut.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum print_kind {
	PRINT_TEXT,   /* strings, numbers, "yes" and "no"; arrays joined by commas */
	PRINT_SIZE,   /* bytes, as print_size() */
	PRINT_AGE,    /* a time (RFC 3339), as "3 minutes ago" */
	PRINT_DIGEST, /* its first 12 hex characters */
};

struct print_column {
	const char *title;
	const char *member;
	enum print_kind kind;
	bool is_right; /* aligned to the right */
	bool may_shrink;
	bool keeps_end; /* what is cut is cut at the left: of paths, which begin alike */
};

#define PRINT_NONE "<none>"

/*
 * width: columns of the terminal, 0 for no limit; print_width() tells. is_full shows digests whole.
 */
struct print_style {
	size_t width;
	bool is_full;
	int64_t now;	  /* seconds since 1970, for ages */
	const char *none; /* shown where a member is absent or null; NULL: PRINT_NONE */
};

void print_table(const struct print_column *columns, size_t n_columns, const json_t *rows,
		 const struct print_style *style, struct str *out);

/*
 * Columns are all members that are no objects: name, type, then in the order they first come up.
 */
void print_objects(const json_t *rows, const struct print_style *style, const char *indent,
		   struct str *out);

/* One value on one line: what a cell of PRINT_TEXT shows. */
void print_value(const json_t *value, struct str *out);

/*
 * Text broken at blanks so that no line passes width (0: it is not broken), with a newline; `indent`
 * blanks before all lines but the first, which begins there already.
 */
void print_wrapped(const char *text, size_t indent, size_t width, struct str *out);

/* "812 B", "12.3 kB", "4.0 MB"; the caller frees it. */
char *print_size(uint64_t bytes);

/* Text of at most width code points, padded or cut to it; an ellipsis stands for what was cut. */
void print_cell(const char *text, size_t width, bool keeps_end, struct str *out);

size_t print_width(void); /* of the terminal on stdout; 0 when it is none */

#endif
