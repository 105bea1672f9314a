// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "check/verdict_priv.h"

struct finding *verdict_add(struct job *job, enum finding_level level, enum finding_kind kind,
			    uint32_t program, const char *what)
{
	struct check_verdict *v = job->verdict;
	struct finding *finding;

	ARRAY_ROOM(v->findings, v->n_findings, v->cap);
	finding = &v->findings[v->n_findings++];
	*finding = (struct finding){ .level = level,
				     .kind = kind,
				     .program = program,
				     .what = mem_text(what),
				     .relo = UINT32_MAX };
	return finding;
}

void verdict_why(struct finding *finding, const char *fmt, ...)
{
	AUTO(str) struct str text = STR_MAX(4096);
	va_list args;

	va_start(args, fmt);
	str_addv(&text, fmt, args);
	va_end(args);
	free(finding->why);
	finding->why = mem_text(str_text(&text));
}

void verdict_at(struct job *job, struct finding *finding, uint32_t section, uint32_t insn)
{
	const struct check_subject *s = job->subject;
	const struct code_function *f = code_function_at(&s->code, section, insn);

	finding->function = f ? f->name : NULL;
	finding->line = ext_info_line(&s->info, s->object->sections[section].name,
				      insn * sizeof(struct bpf_insn));
}

void verdict_finding_done(struct finding *finding)
{
	free(finding->what);
	free(finding->why);
	free(finding->closest);
}

void verdict_drop_findings(struct check_verdict *v, size_t from)
{
	while (v->n_findings > from)
		verdict_finding_done(&v->findings[--v->n_findings]);
}

void check_verdict_done(struct check_verdict *v)
{
	verdict_drop_findings(v, 0);
	free(v->findings);
	free(v->programs);
	free(v->groups);
	free(v->relos);
	*v = (struct check_verdict){ 0 };
}

const char *check_state_word(enum check_state state)
{
	static const char *const words[] = {
#define CHECK_STATE_WORD(name, word) word,
		CHECK_STATE_LIST(CHECK_STATE_WORD)
#undef CHECK_STATE_WORD
	};

	return words[state];
}

const char *finding_level_word(enum finding_level level)
{
	static const char *const words[] = {
#define FINDING_LEVEL_WORD(name, word) word,
		FINDING_LEVEL_LIST(FINDING_LEVEL_WORD)
#undef FINDING_LEVEL_WORD
	};

	return words[level];
}

const char *finding_kind_word(enum finding_kind kind)
{
	static const char *const words[] = {
#define FINDING_KIND_WORD(name, word) word,
		FINDING_KIND_LIST(FINDING_KIND_WORD)
#undef FINDING_KIND_WORD
	};

	return words[kind];
}
