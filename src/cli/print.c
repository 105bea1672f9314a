// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cli/print.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"

#define GAP 2	     /* blanks between columns */
#define SHRINK_MIN 8 /* code points; a narrower cell tells nothing */
#define SHORT_HEX 12
#define OBJECT_COLUMNS_MAX 32

size_t print_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

char *print_size(uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double value = bytes;
	size_t unit = 0;

	if (bytes < 1000)
		return mem_printf("%d B", (int)bytes);
	for (value /= 1000; value >= 999.95 && unit + 1 < ARRAY_SIZE(units); unit++)
		value /= 1000;
	return mem_printf("%.1f %s", value, units[unit]);
}

static void add_clean(const char *text, size_t len, struct str *out)
{
	AUTO(free) char *clean = text_printable(text, len);

	str_adds(out, clean);
}

void print_value(const json_t *value, struct str *out)
{
	AUTO(free) char *dumped = NULL;

	if (json_is_string(value)) {
		add_clean(json_string_value(value), json_string_length(value), out);
	} else if (json_is_boolean(value)) {
		str_adds(out, json_is_true(value) ? "yes" : "no");
	} else if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			if (i)
				str_adds(out, ", ");
			print_value(json_array_get(value, i), out);
		}
	} else if (value && !json_is_null(value)) {
		dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
		if (dumped)
			add_clean(dumped, strlen(dumped), out);
	}
}

static void add_age(const char *when, int64_t now, struct str *out)
{
	int64_t then = clock_parse_rfc3339(when);
	AUTO(free) char *age = then < 0 ? NULL : clock_age(then, now);

	str_adds(out, age ? age : PRINT_NONE);
}

static char *cell_text(const struct print_column *column, const json_t *row,
		       const struct print_style *style)
{
	const json_t *value = json_object_get(row, column->member);
	const char *text = json_string_value(value);
	AUTO(str) struct str out = STR_MAX(LIMIT_TEXT);
	AUTO(free) char *size = NULL;
	const char *colon;

	if (!value || json_is_null(value)) {
		str_adds(&out, style->none ? style->none : PRINT_NONE);
	} else if (column->kind == PRINT_SIZE) {
		size = print_size(json_integer_value(value));
		str_adds(&out, size);
	} else if (column->kind == PRINT_AGE && text) {
		add_age(text, style->now, &out);
	} else if (column->kind == PRINT_DIGEST && text && !style->is_full) {
		colon = strchr(text, ':');
		text = colon ? colon + 1 : text;
		add_clean(text, strnlen(text, SHORT_HEX), &out);
	} else {
		print_value(value, &out);
	}
	return str_take(&out);
}

struct table {
	const struct print_column *columns;
	size_t n_columns;
	size_t n_rows;
	char **cells; /* row by row; the first row are the titles */
	size_t *widths;
};

static void measure(struct table *table)
{
	for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
		const char *cell = table->cells[i];
		size_t width = utf8_width(cell, strlen(cell));

		if (width > table->widths[i % table->n_columns])
			table->widths[i % table->n_columns] = width;
	}
}

/* Take from the widest column that may shrink, one by one, until a row fits. */
static void fit(struct table *table, size_t width)
{
	size_t total = 0, widest;

	for (size_t i = 0; i < table->n_columns; i++)
		total += table->widths[i] + (i ? GAP : 0);
	for (; width && total > width; total--) {
		widest = table->n_columns;
		for (size_t i = 0; i < table->n_columns; i++)
			if (table->columns[i].may_shrink && table->widths[i] > SHRINK_MIN &&
			    (widest == table->n_columns ||
			     table->widths[i] > table->widths[widest]))
				widest = i;
		if (widest == table->n_columns)
			return;
		table->widths[widest]--;
	}
}

static void pad(size_t n, struct str *out)
{
	str_addf(out, "%*s", (int)n, "");
}

/* A cell of at most `width` code points; what is cut ends with an ellipsis. */
static void add_cell(const char *cell, size_t width, bool is_right, bool is_last, struct str *out)
{
	size_t len = strlen(cell), have = utf8_width(cell, len), n = 0;

	if (have <= width) {
		if (is_right)
			pad(width - have, out);
		str_add(out, cell, len);
		if (!is_right && !is_last)
			pad(width - have, out);
		return;
	}
	for (size_t i = 0; i + 1 < width; i++)
		n += utf8_length(cell + n, len - n) ? utf8_length(cell + n, len - n) : 1;
	str_add(out, cell, n);
	str_adds(out, "…");
}

static void render(const struct table *table, struct str *out)
{
	for (size_t row = 0; row < table->n_rows; row++) {
		for (size_t i = 0; i < table->n_columns; i++) {
			if (i)
				pad(GAP, out);
			add_cell(table->cells[row * table->n_columns + i], table->widths[i],
				 table->columns[i].is_right, i + 1 == table->n_columns, out);
		}
		str_addc(out, '\n');
	}
}

void print_table(const struct print_column *columns, size_t n_columns, const json_t *rows,
		 const struct print_style *style, struct str *out)
{
	size_t n_rows = json_array_size(rows) + 1;
	AUTO(free) char **cells = mem_array(n_rows * n_columns, sizeof(*cells));
	AUTO(free) size_t *widths = mem_array(n_columns, sizeof(*widths));
	struct table table = { columns, n_columns, n_rows, cells, widths };

	for (size_t i = 0; i < n_columns; i++)
		cells[i] = mem_text(columns[i].title);
	for (size_t row = 1; row < n_rows; row++)
		for (size_t i = 0; i < n_columns; i++)
			cells[row * n_columns + i] =
				cell_text(&columns[i], json_array_get(rows, row - 1), style);
	measure(&table);
	fit(&table, style->width);
	render(&table, out);
	for (size_t i = 0; i < n_rows * n_columns; i++)
		free(cells[i]);
}

/* "max_entries" becomes "MAX ENTRIES", "maxEntries" too. */
static char *title_of(const char *member)
{
	AUTO(str) struct str out = STR_MAX(256);

	for (const char *p = member; *p; p++) {
		if (*p >= 'A' && *p <= 'Z' && p != member && p[-1] >= 'a' && p[-1] <= 'z')
			str_addc(&out, ' ');
		if (*p == '_')
			str_addc(&out, ' ');
		else
			str_addc(&out, *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	}
	return str_take(&out);
}

static size_t collect_columns(const json_t *rows, struct print_column *columns)
{
	size_t n = 0, i;
	const char *key;
	json_t *row, *value;

	for (size_t r = 0; r < json_array_size(rows); r++) {
		row = json_array_get(rows, r);
		json_object_foreach(row, key, value)
		{
			if (json_is_object(value) || n == OBJECT_COLUMNS_MAX)
				continue;
			for (i = 0; i < n && strcmp(columns[i].member, key) != 0; i++)
				;
			if (i < n)
				continue;
			columns[n++] = (struct print_column){ .title = title_of(key),
							      .member = key,
							      .is_right = json_is_number(value),
							      .may_shrink = true };
		}
	}
	return n;
}

/* What a row is called stands first, whatever the order of its members. */
static void put_first(struct print_column *columns, size_t n, const char *member)
{
	struct print_column column;

	for (size_t i = 1; i < n; i++) {
		if (strcmp(columns[i].member, member) != 0)
			continue;
		column = columns[i];
		memmove(&columns[1], &columns[0], i * sizeof(column));
		columns[0] = column;
		return;
	}
}

void print_objects(const json_t *rows, const struct print_style *style, const char *indent,
		   struct str *out)
{
	struct print_column columns[OBJECT_COLUMNS_MAX];
	size_t n = collect_columns(rows, columns), indent_width = strlen(indent);
	AUTO(str) struct str table = STR_MAX(LIMIT_TEXT);
	struct print_style inner = *style;
	const char *line, *end;

	put_first(columns, n, "type");
	put_first(columns, n, "name");
	inner.none = "-";
	if (inner.width > indent_width)
		inner.width -= indent_width;
	print_table(columns, n, rows, &inner, &table);
	for (line = str_text(&table); *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		str_addf(out, "%s%.*s\n", indent, (int)(end - line), line);
	}
	for (size_t i = 0; i < n; i++)
		free((char *)columns[i].title);
}
