// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/check_report_priv.h"

/* Text as XML takes it: control bytes were escaped before. */
static void add_xml(struct str *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			str_adds(out, "&amp;");
			break;
		case '<':
			str_adds(out, "&lt;");
			break;
		case '>':
			str_adds(out, "&gt;");
			break;
		case '"':
			str_adds(out, "&quot;");
			break;
		default:
			str_addc(out, *text);
		}
	}
}

static void add_line(struct str *out, const char *indent, const char *text)
{
	if (!*text)
		return;
	str_adds(out, indent);
	add_xml(out, text);
	str_addc(out, '\n');
}

/* All of what this row has, also what a table cuts. */
static void add_mark(const struct check_report *report, const struct mark *mark, struct str *out)
{
	const struct reason *reason = &report->reasons[mark->reason];
	const struct reason_place *place =
		mark->place == SIZE_MAX ? NULL : &reason->places[mark->place];

	if (place) {
		add_line(out, "", place->where);
		add_line(out, "         ", place->source);
	}
	add_line(out, place ? "     " : "", reason->cause);
}

static void add_case(const struct check_report *report, const struct row *row, struct str *out)
{
	const char *element = row->is_unread ? "error" : "failure";

	str_adds(out, "  <testcase classname=\"");
	add_xml(out, row->package);
	str_adds(out, "\" name=\"");
	add_xml(out, row->kernel);
	if (!row->is_bad) {
		str_adds(out, "\"/>\n");
		return;
	}
	str_addf(out, "\">\n    <%s message=\"", element);
	add_xml(out, row->verdict);
	str_adds(out, "\">");
	for (size_t i = 0; i < row->n_marks; i++)
		add_mark(report, &row->marks[i], out);
	str_addf(out, "</%s>\n  </testcase>\n", element);
}

void check_report_junit(const struct check_report *report, struct str *out)
{
	struct check_report_count count = check_report_count(report);

	str_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<testsuite name=\"epm check\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
		 count.n, count.n_bad, count.n_unread);
	for (size_t i = 0; i < report->n_rows; i++)
		add_case(report, &report->rows[i], out);
	str_adds(out, "</testsuite>\n");
}
