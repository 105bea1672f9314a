// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/print.h"
#include "cmd/check_report_priv.h"

#define INDENT 5       /* of a reason, behind its number */
#define PLACE_INDENT 9 /* of what stands below it */
#define PLACES_MOST 6
#define WHERE_MOST 40 /* at a terminal; the name of a program and a line of the source */

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

/* Below the cause, which several have. */
static void add_places(const struct check_report *report, const struct reason *reason, size_t width,
		       struct str *out)
{
	size_t most = report->options.explains || reason->n_places == PLACES_MOST + 1
			      ? reason->n_places
			      : PLACES_MOST;

	for (size_t i = 0; i < reason->n_places && i < most; i++) {
		const struct reason_place *place = &reason->places[i];
		AUTO(free)
		char *text = mem_printf("%s%s%s", report->options.has_many ? place->package : "",
					report->options.has_many ? ": " : "", place->where);

		add_indented(text, PLACE_INDENT, width, out);
		add_indented(place->source, PLACE_INDENT + 4, width, out);
	}
	if (reason->n_places > most)
		str_addf(out, "%*sand %zu more\n", PLACE_INDENT, "", reason->n_places - most);
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
