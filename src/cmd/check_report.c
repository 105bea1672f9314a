// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/check_report.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "check/report.h"
#include "cli/print.h"

struct reason { /* one text, for as many rows as have it */
	char *text;
};

struct row {
	json_t *json; /* of --json */
	char *package;
	char *kernel;
	const char *arch;
	char *verdict;
	size_t *reasons; /* indices */
	size_t n_reasons;
	size_t cap;
	bool is_bad;
	struct str explained; /* all findings, a line each */
};

struct check_report {
	struct check_report_options options;
	struct row *rows;
	size_t n_rows;
	size_t cap;
	struct reason *reasons;
	size_t n_reasons;
	size_t reasons_cap;
};

struct check_report *check_report_new(const struct check_report_options *options)
{
	struct check_report *report = mem_alloc(sizeof(*report));

	report->options = *options;
	return report;
}

void check_report_free(struct check_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->n_rows; i++) {
		json_decref(report->rows[i].json);
		free(report->rows[i].package);
		free(report->rows[i].kernel);
		free(report->rows[i].verdict);
		free(report->rows[i].reasons);
		str_done(&report->rows[i].explained);
	}
	for (size_t i = 0; i < report->n_reasons; i++)
		free(report->reasons[i].text);
	free(report->rows);
	free(report->reasons);
	free(report);
}

/* Its index; equal ones are one. Takes the text. */
static size_t keep_reason(struct check_report *report, char *text)
{
	for (size_t i = 0; i < report->n_reasons; i++)
		if (!strcmp(report->reasons[i].text, text)) {
			free(text);
			return i;
		}
	ARRAY_ROOM(report->reasons, report->n_reasons, report->reasons_cap);
	report->reasons[report->n_reasons].text = text;
	return report->n_reasons++;
}

static void refer(struct row *row, size_t reason)
{
	for (size_t i = 0; i < row->n_reasons; i++)
		if (row->reasons[i] == reason)
			return;
	ARRAY_ROOM(row->reasons, row->n_reasons, row->cap);
	row->reasons[row->n_reasons++] = reason;
}

static struct row *add_row(struct check_report *report, const char *package, const char *kernel,
			   const char *verdict)
{
	struct row *row;

	ARRAY_ROOM(report->rows, report->n_rows, report->cap);
	row = &report->rows[report->n_rows++];
	*row = (struct row){ .json = json_object(),
			     .package = text_printable(package, strlen(package)),
			     .kernel = text_printable(kernel, strlen(kernel)),
			     .verdict = mem_text(verdict),
			     .explained = STR_MAX(LIMIT_INDEX) };
	js_set(row->json, "package", js_text_lossy(package, strlen(package)));
	js_set(row->json, "kernel", js_text_lossy(kernel, strlen(kernel)));
	return row;
}

static bool is_shown(const struct check_verdict *verdict, const struct finding *f)
{
	if (f->level < FINDING_OPEN)
		return f->level == FINDING_OPTION;
	/* what an alternative lacks is not of interest where another is taken */
	return f->program == FINDING_OBJECT || verdict->programs[f->program] != CHECK_ALTERNATIVE;
}

/* "ok        open_done opensnoop.bpf.c:116  struct task_struct.pid" */
static void explain(struct row *row, const struct check_subject *subject, const struct finding *f)
{
	AUTO(str) struct str place = STR_MAX(LIMIT_TEXT);

	str_adds(&place, f->program == FINDING_OBJECT ? "-" : subject->programs[f->program].name);
	if (f->line)
		str_addc(&place, ' ');
	report_line(f, &place);
	str_addf(&row->explained, "  %-17s  %-40s  ", finding_level_word(f->level),
		 str_text(&place));
	if (f->level == FINDING_OK && f->kind != FIND_RELOCATION)
		str_addf(&row->explained, "%s ", finding_kind_word(f->kind));
	report_reason(f, &row->explained);
	str_addc(&row->explained, '\n');
}

/* "no known obstacle, without trace_b": what the package does without here */
static char *verdict_text(const struct check_subject *subject, const struct check_verdict *verdict)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	size_t n = 0;

	str_adds(&text, check_state_word(verdict->state));
	for (size_t i = 0; i < subject->n_programs && verdict->state == CHECK_FINE; i++)
		if (verdict->programs[i] == CHECK_LEFT_OUT)
			str_addf(&text, "%s%s", n++ ? ", " : ", without ",
				 subject->programs[i].name);
	return text_printable(str_text(&text), text.len);
}

static void add_details(struct row *row, const struct check_subject *subject,
			const struct kernel *kernel, const struct check_verdict *verdict)
{
	AUTO(free) char *word = report_word(check_state_word(verdict->state));
	json_t *findings = json_array();

	if (kernel->release)
		js_set_text(row->json, "release", kernel->release);
	if (kernel->arch)
		js_set_text(row->json, "architecture", kernel->arch);
	if (kernel->source)
		js_set(row->json, "source", js_text_lossy(kernel->source, strlen(kernel->source)));
	js_set_text(row->json, "verdict", word);
	js_set(row->json, "programs", report_programs_json(subject, verdict));
	for (size_t i = 0; i < verdict->n_findings; i++)
		js_append(findings, report_finding_json(subject, &verdict->findings[i]));
	js_set(row->json, "findings", findings);
}

void check_report_add(struct check_report *report, const char *package,
		      const struct check_subject *subject, const struct kernel *kernel,
		      const struct check_verdict *verdict)
{
	AUTO(free) char *words = verdict_text(subject, verdict);
	struct row *row = add_row(report, package, kernel->label, words);

	row->arch = kernel->arch;
	row->is_bad = verdict->state >= CHECK_PROBABLY;
	if (report->options.is_json)
		add_details(row, subject, kernel, verdict);
	for (size_t i = 0; i < verdict->n_findings; i++) {
		AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

		if (report->options.explains)
			explain(row, subject, &verdict->findings[i]);
		if (!is_shown(verdict, &verdict->findings[i]))
			continue;
		report_finding(subject, &verdict->findings[i], 5, &text);
		refer(row, keep_reason(report, mem_text(str_text(&text))));
	}
}

void check_report_add_failure(struct check_report *report, const char *package, const char *kernel,
			      const char *word, const char *why)
{
	struct row *row = add_row(report, package, kernel, word);
	AUTO(free) char *dashed = report_word(word);

	row->is_bad = true;
	js_set_text(row->json, "verdict", dashed);
	js_set(row->json, "why", js_text_lossy(why, strlen(why)));
	refer(row, keep_reason(report, mem_printf("%s\n", why)));
}

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

static void add_table(const struct check_report *report, struct str *out)
{
	static const struct print_column columns[] = {
		{ .title = "PACKAGE", .member = "package" },
		{ .title = "KERNEL", .member = "kernel", .may_shrink = true },
		{ .title = "ARCH", .member = "arch" },
		{ .title = "VERDICT", .member = "verdict" },
		{ .title = "WHY", .member = "why" },
	};
	size_t skip = report->options.has_many ? 0 : 1;
	struct print_style style = { .width = print_width(), .none = "" };
	AUTO(json) json_t *rows = json_array();

	for (size_t i = 0; i < report->n_rows; i++)
		js_append(rows, table_row(&report->rows[i]));
	print_table(columns + skip, ARRAY_SIZE(columns) - skip, rows, &style, out);
}

void check_report_text(const struct check_report *report, struct str *out)
{
	add_table(report, out);
	for (size_t i = 0; i < report->n_rows; i++)
		if (report->rows[i].explained.len)
			str_addf(out, "\n%s, %s:\n%s", report->rows[i].package,
				 report->rows[i].kernel, str_text(&report->rows[i].explained));
	for (size_t i = 0; i < report->n_reasons; i++)
		str_addf(out, "\n%-4zu %s", i + 1, report->reasons[i].text);
}

void check_report_json(const struct check_report *report, struct str *out)
{
	AUTO(json) json_t *rows = json_array();
	AUTO(free) char *text = NULL;

	for (size_t i = 0; i < report->n_rows; i++)
		js_append(rows, json_incref(report->rows[i].json));
	text = js_dump_pretty(rows);
	str_adds(out, text);
}

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

static void add_case(const struct check_report *report, const struct row *row, struct str *out)
{
	str_adds(out, "  <testcase classname=\"");
	add_xml(out, row->package);
	str_adds(out, "\" name=\"");
	add_xml(out, row->kernel);
	str_adds(out, row->is_bad ? "\">\n    <failure message=\"" : "\"/>\n");
	if (!row->is_bad)
		return;
	add_xml(out, row->verdict);
	str_adds(out, "\">");
	for (size_t i = 0; i < row->n_reasons; i++)
		add_xml(out, report->reasons[row->reasons[i]].text);
	str_adds(out, "</failure>\n  </testcase>\n");
}

void check_report_junit(const struct check_report *report, struct str *out)
{
	size_t n_bad;
	size_t n = check_report_count(report, &n_bad);

	str_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<testsuite name=\"epm check\" tests=\"%zu\" failures=\"%zu\">\n",
		 n, n_bad);
	for (size_t i = 0; i < report->n_rows; i++)
		add_case(report, &report->rows[i], out);
	str_adds(out, "</testsuite>\n");
}

size_t check_report_count(const struct check_report *report, size_t *out_bad)
{
	*out_bad = 0;
	for (size_t i = 0; i < report->n_rows; i++)
		*out_bad += report->rows[i].is_bad;
	return report->n_rows;
}
