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
#define TABLE_MAX (64u << 20) /* bytes */

size_t print_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

static void add_size(uint64_t bytes, struct str *out)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double value = bytes;
	size_t unit = 0;

	if (bytes < 1000) {
		str_addf(out, "%d B", (int)bytes);
		return;
	}
	for (value /= 1000; value >= 999.95 && unit + 1 < ARRAY_SIZE(units); unit++)
		value /= 1000;
	str_addf(out, "%.1f %s", value, units[unit]);
}

char *print_size(uint64_t bytes)
{
	struct str out = STR_MAX(64);

	add_size(bytes, &out);
	return str_take(&out);
}

static void add_clean(const char *text, size_t len, struct str *out)
{
	AUTO(free) char *clean = NULL;
	size_t n = 0;

	while (n < len && text[n] >= 0x20 && text[n] < 0x7f)
		n++;
	str_add(out, text, n);
	if (n == len)
		return;
	clean = text_printable(text + n, len - n);
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

static void add_text(const struct print_column *column, const json_t *row,
		     const struct print_style *style, struct str *out)
{
	const json_t *value = json_object_get(row, column->member);
	const char *text = json_string_value(value);
	const char *colon;

	if (!value || json_is_null(value)) {
		str_adds(out, style->none ? style->none : PRINT_NONE);
	} else if (column->kind == PRINT_SIZE) {
		add_size(json_integer_value(value), out);
	} else if (column->kind == PRINT_AGE && text) {
		add_age(text, style->now, out);
	} else if (column->kind == PRINT_DIGEST && text && !style->is_full) {
		colon = strchr(text, ':');
		text = colon ? colon + 1 : text;
		add_clean(text, strnlen(text, SHORT_HEX), out);
	} else {
		print_value(value, out);
	}
}

struct cell {
	size_t offset; /* in the table's text */
	size_t len;
	size_t width;
};

struct table {
	const struct print_column *columns;
	size_t n_columns;
	size_t n_rows;
	struct cell *cells; /* row by row; the first row are the titles */
	struct str text;    /* of all cells */
	size_t *widths;
};

/* What stands in the table's text from `offset` on becomes cell i. */
static void end_cell(struct table *table, size_t i, size_t offset)
{
	struct cell *cell = &table->cells[i];
	size_t *widest = &table->widths[i % table->n_columns];

	*cell = (struct cell){ .offset = offset, .len = table->text.len - offset };
	cell->width = utf8_width(str_text(&table->text) + offset, cell->len);
	if (cell->width > *widest)
		*widest = cell->width;
}

static void fill(struct table *table, const json_t *rows, const struct print_style *style)
{
	size_t offset;

	for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
		const struct print_column *column = &table->columns[i % table->n_columns];
		size_t row = i / table->n_columns;

		offset = table->text.len;
		if (row == 0)
			str_adds(&table->text, column->title);
		else
			add_text(column, json_array_get(rows, row - 1), style, &table->text);
		end_cell(table, i, offset);
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
	char *room = str_room(out, n);

	if (!room)
		return;
	memset(room, ' ', n);
	out->len += n;
}

/* Bytes of the first n code points. */
static size_t bytes_of(const char *text, size_t len, size_t n)
{
	size_t at = 0, step;

	for (; n && at < len; n--) {
		step = utf8_length(text + at, len - at);
		at += step ? step : 1;
	}
	return at;
}

/* `width` code points of more, of which one is an ellipsis. */
static void add_cut(const char *text, size_t len, size_t width, bool keeps_end, struct str *out)
{
	size_t n;

	if (keeps_end) {
		n = bytes_of(text, len, utf8_width(text, len) + 1 - width);
		str_adds(out, "…");
		str_add(out, text + n, len - n);
	} else {
		str_add(out, text, bytes_of(text, len, width - 1));
		str_adds(out, "…");
	}
}

void print_cell(const char *text, size_t width, bool keeps_end, struct str *out)
{
	size_t len = strlen(text), own = utf8_width(text, len);

	if (own > width) {
		add_cut(text, len, width, keeps_end, out);
	} else {
		str_add(out, text, len);
		pad(width - own, out);
	}
}

static void render_cell(const struct table *table, size_t i, struct str *out)
{
	const struct cell *cell = &table->cells[i];
	const char *text = str_text(&table->text) + cell->offset;
	size_t column = i % table->n_columns, width = table->widths[column];

	if (column)
		pad(GAP, out);
	if (cell->width > width) {
		add_cut(text, cell->len, width, table->columns[column].keeps_end, out);
		return;
	}
	if (table->columns[column].is_right)
		pad(width - cell->width, out);
	str_add(out, text, cell->len);
	if (!table->columns[column].is_right && column + 1 < table->n_columns)
		pad(width - cell->width, out);
}

void print_table(const struct print_column *columns, size_t n_columns, const json_t *rows,
		 const struct print_style *style, struct str *out)
{
	size_t n_rows = json_array_size(rows) + 1;
	AUTO(free) struct cell *cells = mem_array(n_rows * n_columns, sizeof(*cells));
	AUTO(free) size_t *widths = mem_array(n_columns, sizeof(*widths));
	struct table table = { columns, n_columns, n_rows, cells, STR_MAX(TABLE_MAX), widths };

	fill(&table, rows, style);
	fit(&table, style->width);
	for (size_t i = 0; i < n_rows * n_columns; i++) {
		render_cell(&table, i, out);
		if ((i + 1) % n_columns == 0)
			str_addc(out, '\n');
	}
	if (table.text.is_full)
		out->is_full = true;
	str_done(&table.text);
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
		json_object_foreach (row, key, value) {
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

void print_wrapped(const char *text, size_t indent, size_t width, struct str *out)
{
	size_t room = width > indent ? width - indent : SIZE_MAX, used = 0, len, word;

	while (*text) {
		len = strcspn(text, " \n");
		word = utf8_width(text, len);
		if (used && used + 1 + word > room) {
			str_addf(out, "\n%*s", (int)indent, "");
			used = 0;
		}
		if (used)
			str_addc(out, ' ');
		str_add(out, text, len);
		used += word + (used ? 1 : 0);
		text += len;
		if (*text == '\n') {
			str_addf(out, "\n%*s", text[1] && text[1] != '\n' ? (int)indent : 0, "");
			used = 0;
			text++;
		} else if (*text == ' ') {
			text++;
		}
	}
	str_addc(out, '\n');
}
