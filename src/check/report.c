// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/report.h"

#include "base/alloc.h"
#include "base/fs.h"

void report_name(const char *text, struct str *out)
{
	AUTO(free) char *clean = text_printable(text, strlen(text));

	str_adds(out, clean);
}

void report_reason(const struct finding *f, struct str *out)
{
	/* a reason that names what it is about needs no name before it; a section stands elsewhere */
	bool is_named = f->why && (strstr(f->why, f->what) || f->kind == FIND_ATTACH);

	if (f->kind == FIND_RELOCATION || !is_named) {
		report_name(f->what, out);
		if (f->why)
			str_adds(out, ": ");
	}
	if (f->why)
		report_name(f->why, out);
	if (f->closest) {
		str_adds(out, " (closest: '");
		report_name(f->closest, out);
		str_adds(out, "')");
	}
	if (f->since)
		str_addf(out, " (Linux %s has it)", f->since);
}

static const char *source_line(const struct finding *f)
{
	const char *text = f->line ? f->line->text : "";

	return text + strspn(text, " \t");
}

void report_line(const struct finding *f, struct str *out)
{
	if (!f->line)
		return;
	report_name(path_base(f->line->file), out);
	if (f->line->line) /* clang gives none where macros are mixed */
		str_addf(out, ":%u", f->line->line);
}

void report_place(const struct check_subject *s, const struct finding *f, struct str *out)
{
	const struct check_program *program =
		f->program == FINDING_OBJECT ? NULL : &s->programs[f->program];

	if (program) {
		report_name(program->name, out);
		str_adds(out, " (");
		report_name(program->section, out);
		str_addc(out, ')');
	} else {
		str_adds(out, "the whole object");
	}
	if (!f->line)
		return;
	str_adds(out, ", ");
	report_line(f, out);
	if (f->function && (!program || strcmp(f->function, program->name) != 0)) {
		str_adds(out, " in ");
		report_name(f->function, out);
		str_adds(out, "()");
	}
}

void report_source(const struct finding *f, struct str *out)
{
	report_name(source_line(f), out);
}

void report_cause(const struct finding *f, struct str *out)
{
	if (f->level == FINDING_OPTION && f->option) {
		str_adds(out, "only with --");
		report_name(f->option, out);
		str_adds(out, ": ");
	} else {
		str_addf(out, "%s: ", finding_level_word(f->level));
	}
	report_reason(f, out);
}

char *report_word(const char *words)
{
	char *word = mem_text(words);

	for (char *p = word; *p; p++)
		if (*p == ' ')
			*p = '-';
	return word;
}

static void set_text(json_t *json, const char *key, const char *text)
{
	if (text && *text)
		js_set(json, key, js_text_lossy(text, strlen(text)));
}

static void set_word(json_t *json, const char *key, const char *words)
{
	AUTO(free) char *word = report_word(words);

	js_set_text(json, key, word);
}

json_t *report_finding_json(const struct check_subject *s, const struct finding *f)
{
	json_t *json = json_object();

	set_word(json, "level", finding_level_word(f->level));
	set_word(json, "kind", finding_kind_word(f->kind));
	if (f->program != FINDING_OBJECT) {
		set_text(json, "program", s->programs[f->program].name);
		set_text(json, "section", s->programs[f->program].section);
	}
	set_text(json, "what", f->what);
	set_text(json, "why", f->why);
	set_text(json, "closest", f->closest);
	set_text(json, "since", f->since);
	set_text(json, "option", f->option);
	set_text(json, "function", f->function);
	if (f->line) {
		set_text(json, "file", f->line->file);
		if (f->line->line) /* clang gives none where macros are mixed */
			js_set_size(json, "line", f->line->line);
		set_text(json, "source", source_line(f));
	}
	return json;
}

json_t *report_programs_json(const struct check_subject *s, const struct check_verdict *v)
{
	json_t *array = json_array(), *row;

	for (size_t i = 0; i < s->n_programs; i++) {
		row = json_object();
		set_text(row, "name", s->programs[i].name);
		set_text(row, "section", s->programs[i].section);
		set_word(row, "verdict", check_state_word(v->programs[i]));
		js_append(array, row);
	}
	return array;
}

const struct finding *report_worst(const struct check_verdict *v)
{
	const struct finding *worst = NULL;

	for (size_t i = 0; i < v->n_findings; i++) {
		const struct finding *f = &v->findings[i];

		if (f->level < FINDING_LIKELY ||
		    (f->program != FINDING_OBJECT && v->programs[f->program] < CHECK_PROBABLY))
			continue;
		if (!worst || f->level > worst->level)
			worst = f;
	}
	return worst;
}
