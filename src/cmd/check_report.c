// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/limits.h"
#include "check/report.h"
#include "cmd/check_report_priv.h"

struct check_report *check_report_new(const struct check_report_options *options)
{
	struct check_report *report = mem_alloc(sizeof(*report));

	report->options = *options;
	return report;
}

static void row_done(struct row *row)
{
	for (size_t i = 0; i < row->n_lines; i++) {
		free(row->lines[i].where);
		free(row->lines[i].what);
	}
	json_decref(row->json);
	free(row->package);
	free(row->kernel);
	free(row->verdict);
	free(row->marks);
	free(row->reasons);
	free(row->lines);
}

static void place_done(struct reason_place *place)
{
	free(place->package);
	free(place->program);
	free(place->where);
	free(place->source);
}

static void reason_done(struct reason *reason)
{
	for (size_t i = 0; i < reason->n_places; i++)
		place_done(&reason->places[i]);
	free(reason->cause);
	free(reason->places);
}

void check_report_free(struct check_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->n_rows; i++)
		row_done(&report->rows[i]);
	for (size_t i = 0; i < report->n_reasons; i++)
		reason_done(&report->reasons[i]);
	free(report->rows);
	free(report->reasons);
	free(report);
}

/* Its index; equal ones are one. */
static size_t keep_reason(struct check_report *report, const char *cause)
{
	for (size_t i = 0; i < report->n_reasons; i++)
		if (!strcmp(report->reasons[i].cause, cause))
			return i;
	ARRAY_ROOM(report->reasons, report->n_reasons, report->reasons_cap);
	report->reasons[report->n_reasons] = (struct reason){ .cause = mem_text(cause) };
	return report->n_reasons++;
}

/* Takes the texts of the place. */
static size_t keep_place(struct reason *reason, struct reason_place *place)
{
	for (size_t i = 0; i < reason->n_places; i++) {
		const struct reason_place *old = &reason->places[i];

		if (!strcmp(old->where, place->where) && !strcmp(old->package, place->package) &&
		    !strcmp(old->source, place->source)) {
			place_done(place);
			return i;
		}
	}
	ARRAY_ROOM(reason->places, reason->n_places, reason->cap);
	reason->places[reason->n_places] = *place;
	return reason->n_places++;
}

static void refer(struct row *row, size_t reason, size_t place)
{
	size_t at = row->n_reasons;

	for (size_t i = 0; i < row->n_marks; i++)
		if (row->marks[i].reason == reason && row->marks[i].place == place)
			return;
	ARRAY_ROOM(row->marks, row->n_marks, row->marks_cap);
	row->marks[row->n_marks++] = (struct mark){ reason, place };
	while (at && row->reasons[at - 1] > reason)
		at--;
	if (at && row->reasons[at - 1] == reason)
		return;
	ARRAY_ROOM(row->reasons, row->n_reasons, row->reasons_cap);
	memmove(&row->reasons[at + 1], &row->reasons[at],
		(row->n_reasons - at) * sizeof(*row->reasons));
	row->reasons[at] = reason;
	row->n_reasons++;
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
			     .verdict = mem_text(verdict) };
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

/* "ok", "open_done opensnoop.bpf.c:116", "struct task_struct.pid" */
static void explain(struct row *row, const struct check_subject *subject, const struct finding *f)
{
	AUTO(str) struct str where = STR_MAX(LIMIT_TEXT);
	AUTO(str) struct str what = STR_MAX(LIMIT_TEXT);

	if (f->program == FINDING_OBJECT)
		str_addc(&where, '-');
	else
		report_name(subject->programs[f->program].name, &where);
	if (f->line)
		str_addc(&where, ' ');
	report_line(f, &where);
	if (f->level == FINDING_OK && f->kind != FIND_RELOCATION)
		str_addf(&what, "%s ", finding_kind_word(f->kind));
	report_reason(f, &what);
	ARRAY_ROOM(row->lines, row->n_lines, row->lines_cap);
	row->lines[row->n_lines++] = (struct explained){ .level = finding_level_word(f->level),
							 .where = mem_text(str_text(&where)),
							 .what = mem_text(str_text(&what)) };
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

static void add_details(const struct check_report *report, struct row *row,
			const struct check_subject *subject, const struct kernel *kernel,
			const struct check_verdict *verdict)
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
		if (report->options.explains || verdict->findings[i].level != FINDING_OK)
			js_append(findings, report_finding_json(subject, &verdict->findings[i]));
	js_set(row->json, "findings", findings);
}

static void add_finding(struct check_report *report, struct row *row,
			const struct check_subject *subject, const struct finding *f)
{
	AUTO(str) struct str cause = STR_MAX(LIMIT_TEXT);
	struct str program = STR_MAX(LIMIT_TEXT);
	struct str where = STR_MAX(LIMIT_TEXT);
	struct str source = STR_MAX(LIMIT_TEXT);
	struct reason_place place;
	size_t reason;

	report_cause(f, &cause);
	if (f->program != FINDING_OBJECT)
		report_name(subject->programs[f->program].name, &program);
	report_place(subject, f, &where);
	report_source(f, &source);
	place = (struct reason_place){ .package = mem_text(row->package),
				       .program = str_take(&program),
				       .where = str_take(&where),
				       .source = str_take(&source) };
	reason = keep_reason(report, str_text(&cause));
	refer(row, reason, keep_place(&report->reasons[reason], &place));
}

/* A reason that stands for itself; JSON has it as "why" of the whole. */
static void add_why(struct check_report *report, struct row *row, const char *why)
{
	AUTO(free) char *clean = text_printable(why, strlen(why));

	js_set(row->json, "why", js_text_lossy(why, strlen(why)));
	refer(row, keep_reason(report, clean), SIZE_MAX);
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
		add_details(report, row, subject, kernel, verdict);
	for (size_t i = 0; i < verdict->n_findings; i++) {
		if (report->options.explains)
			explain(row, subject, &verdict->findings[i]);
		if (is_shown(verdict, &verdict->findings[i]))
			add_finding(report, row, subject, &verdict->findings[i]);
	}
	if (!subject->n_programs)
		add_why(report, row, "there is no program in it");
	else if (row->is_bad && !row->n_marks)
		add_why(report, row, "no program in it is loaded");
}

void check_report_add_unread(struct check_report *report, const char *package, const char *kernel,
			     const char *why)
{
	struct row *row = add_row(report, package, kernel, "not read");

	row->is_bad = row->is_unread = true;
	js_set_text(row->json, "verdict", "not-read");
	add_why(report, row, why);
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

struct check_report_count check_report_count(const struct check_report *report)
{
	struct check_report_count count = { .n = report->n_rows };

	for (size_t i = 0; i < report->n_rows; i++) {
		count.n_unread += report->rows[i].is_unread;
		count.n_bad += report->rows[i].is_bad && !report->rows[i].is_unread;
	}
	return count;
}
