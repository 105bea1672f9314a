// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/print.h"
#include "cmd/check_report_priv.h"

#define INDENT 5       /* of a reason, behind its number */
#define PLACE_INDENT 9 /* of what stands below it */
#define PLACES_MOST 6
#define PROGRAMS_MOST 4 /* of one package */
#define WHERE_MOST 40	/* at a terminal; the name of a program and a line of the source */

/* "1 4-9": which of the reasons below it are its own. */
static void add_marks(const struct row *row, struct str *out)
{
	for (size_t i = 0, last; i < row->n_reasons; i = last + 1) {
		for (last = i;
		     last + 1 < row->n_reasons && row->reasons[last + 1] == row->reasons[last] + 1;
		     last++)
			;
		str_addf(out, "%s%zu", i ? " " : "", row->reasons[i] + 1);
		if (last > i)
			str_addf(out, "-%zu", row->reasons[last] + 1);
	}
}

static json_t *table_row(const struct row *row)
{
	json_t *json = json_object();
	AUTO(str) struct str marks = STR_MAX(LIMIT_TEXT);

	add_marks(row, &marks);
	js_set(json, "package", js_text_lossy(row->package, strlen(row->package)));
	js_set(json, "kernel", js_text_lossy(row->kernel, strlen(row->kernel)));
	js_set_text(json, "arch", row->arch ? row->arch : "");
	js_set(json, "verdict", js_text_lossy(row->verdict, strlen(row->verdict)));
	js_set_text(json, "why", str_text(&marks));
	return json;
}

static void add_table(const struct check_report *report, size_t width, struct str *out)
{
	static const struct print_column columns[] = {
		{ .title = "PACKAGE", .member = "package", .may_shrink = true, .keeps_end = true },
		{ .title = "KERNEL", .member = "kernel", .may_shrink = true, .keeps_end = true },
		{ .title = "ARCH", .member = "arch" },
		{ .title = "VERDICT", .member = "verdict" },
		{ .title = "WHY", .member = "why" },
	};
	size_t skip = report->options.has_many ? 0 : 1;
	struct print_style style = { .width = width, .none = "" };
	AUTO(json) json_t *rows = json_array();

	for (size_t i = 0; i < report->n_rows; i++)
		js_append(rows, table_row(&report->rows[i]));
	print_table(columns + skip, ARRAY_SIZE(columns) - skip, rows, &style, out);
}

/* Level, place and text as columns, the text broken below itself. */
static void add_explained(const struct row *row, size_t width, struct str *out)
{
	size_t level = 0, where = 0, own;

	for (size_t i = 0; i < row->n_lines; i++) {
		own = strlen(row->lines[i].level);
		level = own > level ? own : level;
		own = utf8_width(row->lines[i].where, strlen(row->lines[i].where));
		where = own > where ? own : where;
	}
	if (width && where > WHERE_MOST)
		where = WHERE_MOST;
	if (width && where > width / 3)
		where = width / 3;
	for (size_t i = 0; i < row->n_lines; i++) {
		str_addf(out, "  %-*s  ", (int)level, row->lines[i].level);
		print_cell(row->lines[i].where, where, true, out);
		str_adds(out, "  ");
		print_wrapped(row->lines[i].what, level + where + 6, width, out);
	}
}

static void add_indented(const char *text, size_t indent, size_t width, struct str *out)
{
	if (!*text)
		return;
	str_addf(out, "%*s", (int)indent, "");
	print_wrapped(text, indent, width, out);
}

static void add_place(const char *package, const struct reason_place *place, size_t width,
		      struct str *out)
{
	AUTO(free)
	char *text = mem_printf("%s%s%s", package, *package ? ": " : "", place->where);

	add_indented(text, PLACE_INDENT, width, out);
	add_indented(place->source, PLACE_INDENT + 4, width, out);
}

static void add_more(size_t n, const char *what, struct str *out)
{
	if (n)
		str_addf(out, "%*sand %zu more%s%s\n", PLACE_INDENT, "", n, what,
			 *what && n > 1 ? "s" : "");
}

/* Is a place of this package, or of this program of it, among those before it? */
static bool is_again(const struct reason *reason, size_t at, bool asks_program)
{
	const struct reason_place *place = &reason->places[at];

	for (size_t i = 0; i < at; i++)
		if (!strcmp(reason->places[i].package, place->package) &&
		    (!asks_program || !strcmp(reason->places[i].program, place->program)))
			return true;
	return false;
}

/* "opensnoop: open_entry, open_done, and 4 more" */
static void add_package(const struct reason *reason, size_t at, size_t width, struct str *out)
{
	const char *package = reason->places[at].package;
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	size_t n = 0;

	str_adds(&text, package);
	for (size_t i = at; i < reason->n_places; i++) {
		const struct reason_place *place = &reason->places[i];

		if (!*place->program || strcmp(place->package, package) != 0 ||
		    is_again(reason, i, true))
			continue;
		if (n++ < PROGRAMS_MOST)
			str_addf(&text, "%s%s", n > 1 ? ", " : ": ", place->program);
	}
	if (n > PROGRAMS_MOST)
		str_addf(&text, ", and %zu more", n - PROGRAMS_MOST);
	add_indented(str_text(&text), PLACE_INDENT, width, out);
}

/* A line for each package, where the places are too many. */
static void add_packages(const struct reason *reason, size_t width, struct str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < reason->n_places; i++)
		if (!is_again(reason, i, false) && n++ < PLACES_MOST)
			add_package(reason, i, width, out);
	add_more(n > PLACES_MOST ? n - PLACES_MOST : 0, " package", out);
}

/* Below the cause, which several have. */
static void add_places(const struct check_report *report, const struct reason *reason, size_t width,
		       struct str *out)
{
	bool has_many = report->options.has_many;
	size_t n = reason->n_places, most = report->options.explains ? n : PLACES_MOST;

	if (n > most && has_many) {
		add_packages(reason, width, out);
		return;
	}
	for (size_t i = 0; i < n && i < most; i++)
		add_place(has_many ? reason->places[i].package : "", &reason->places[i], width,
			  out);
	add_more(n > most ? n - most : 0, "", out);
}

static void add_reason(const struct check_report *report, size_t number, size_t width,
		       struct str *out)
{
	const struct reason *reason = &report->reasons[number];
	bool has_one = reason->n_places == 1;

	str_addf(out, "\n%-*zu ", INDENT - 1, number + 1);
	print_wrapped(has_one ? reason->places[0].where : reason->cause, INDENT, width, out);
	if (has_one) {
		add_indented(reason->places[0].source, PLACE_INDENT, width, out);
		add_indented(reason->cause, INDENT, width, out);
	} else {
		add_places(report, reason, width, out);
	}
}

void check_report_text(const struct check_report *report, struct str *out)
{
	size_t width = print_width();

	if (!report->n_rows)
		return;
	add_table(report, width, out);
	for (size_t i = 0; i < report->n_rows; i++) {
		if (!report->rows[i].n_lines)
			continue;
		str_addf(out, "\n%s, %s:\n", report->rows[i].package, report->rows[i].kernel);
		add_explained(&report->rows[i], width, out);
	}
	for (size_t i = 0; i < report->n_reasons; i++)
		add_reason(report, i, width, out);
}
