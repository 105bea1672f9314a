// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "check/verdict_priv.h"

#define SPELLING 512

/* libbpf passes over those of programs that are not loaded. */
static bool is_wanted(const struct job *job, size_t i)
{
	const struct code_function *f = job->subject->relos[i].function;

	if (!f)
		return false;
	for (size_t p = 0; f->is_entry && p < job->subject->n_programs; p++)
		if (job->subject->programs[p].function == f)
			return !job->is_out[p];
	return true;
}

void verdict_relocate(struct job *job)
{
	struct check_subject *s = job->subject;
	struct check_verdict *v = job->verdict;
	AUTO(core_resolver) struct core_resolver *resolver = NULL;
	struct core_targets targets;

	code_reset(&s->code);
	free(v->relos);
	v->relos = mem_array(s->info.n_relos, sizeof(*v->relos));
	if (!s->info.n_relos)
		return;
	kernel_core_targets(job->rules->relocations ? job->rules->relocations : job->kernel,
			    &targets);
	resolver = core_resolver_new(&s->raw, &targets, job->rules->size);
	for (size_t i = 0; i < s->info.n_relos; i++) {
		struct code_section *section = &s->code.sections[s->relos[i].section];
		uint32_t insn = s->relos[i].insn;

		if (!is_wanted(job, i))
			continue;
		core_resolve(resolver, &s->info.relos[i], &v->relos[i]);
		if (v->relos[i].outcome != CORE_FAILED)
			core_patch(section->insns + insn, section->n - insn, &v->relos[i]);
	}
}

static struct finding *add(struct job *job, enum finding_level level, uint32_t program, size_t i)
{
	const struct check_subject *s = job->subject;
	const struct core_result *result = &job->verdict->relos[i];
	char what[SPELLING];
	struct finding *finding;

	core_spell(&s->raw, &s->info.relos[i], what, sizeof(what));
	finding = verdict_add(job, level, FIND_RELOCATION, program, what);
	finding->relo = i;
	if (*result->why)
		verdict_why(finding, "%s", result->why);
	if (*result->closest)
		finding->closest = mem_text(result->closest);
	verdict_at(job, finding, s->relos[i].section, s->relos[i].insn);
	return finding;
}

void verdict_failed_relos(struct job *job)
{
	const struct check_subject *s = job->subject;

	for (size_t i = 0; i < s->info.n_relos; i++)
		if (is_wanted(job, i) && job->verdict->relos[i].outcome == CORE_FAILED)
			add(job, FINDING_ERROR, FINDING_OBJECT, i);
}

static bool is_exists(enum bpf_core_relo_kind kind)
{
	return kind == BPF_CORE_FIELD_EXISTS || kind == BPF_CORE_TYPE_EXISTS ||
	       kind == BPF_CORE_ENUMVAL_EXISTS || kind == BPF_CORE_TYPE_MATCHES;
}

/* In the functions that the program can have to do with: its own, and those it may call. */
static bool is_near(const struct job *job, uint32_t program, size_t i)
{
	const struct code_function *f = job->subject->relos[i].function;

	return f && (f == job->subject->programs[program].function || !f->is_entry);
}

static void judge(struct job *job, uint32_t program, size_t i)
{
	const struct check_relo *place = &job->subject->relos[i];
	const struct core_result *result = &job->verdict->relos[i];
	enum finding_level level = verdict_level(job, place->section, place->insn);
	bool is_own = job->subject->programs[program].function == place->function;
	bool is_absent = !result->is_match && is_exists(job->subject->info.relos[i].kind);

	if (result->outcome == CORE_RESOLVED) {
		if (job->rules->wants_all && level != FINDING_GUARDED)
			add(job, is_absent ? FINDING_GUARDED : FINDING_OK, program, i);
	} else if (level == FINDING_OPTION) {
		add(job, level, program, i)->option =
			verdict_option(job, program, place->section, place->insn);
	} else if (level != FINDING_GUARDED || (job->rules->wants_all && is_own)) {
		add(job, level, program, i);
	}
}

void verdict_program_relos(struct job *job, uint32_t program)
{
	for (size_t i = 0; i < job->subject->info.n_relos; i++)
		if (is_wanted(job, i) && is_near(job, program, i) &&
		    job->verdict->relos[i].outcome != CORE_FAILED)
			judge(job, program, i);
}
