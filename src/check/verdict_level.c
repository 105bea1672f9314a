// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "check/verdict_priv.h"

enum finding_level verdict_level(const struct job *job, uint32_t section, uint32_t insn)
{
	if (job->possible.has_given_up || job->open.has_given_up)
		return FINDING_UNKNOWN;
	if (job->certain.marks[section][insn])
		return FINDING_MISSING;
	if (job->possible.marks[section][insn])
		return FINDING_UNKNOWN;
	return job->open.marks[section][insn] ? FINDING_OPTION : FINDING_GUARDED;
}

static void run(struct job *job, uint32_t program, struct facts *facts, enum facts_fill fill,
		struct reach *reach)
{
	const struct code *code = &job->subject->code;
	struct reach_facts for_reach;

	facts->fill = fill;
	for_reach = facts_for_reach(facts);
	reach_clear(reach, code);
	reach_run(code, job->subject->programs[program].function, &for_reach, reach);
	facts->fill = FACTS_FILL_NOT;
}

static void copy_marks(struct reach *into, const struct reach *from, const struct code *code)
{
	for (size_t i = 0; i < code->n_sections; i++)
		if (into->marks[i])
			memcpy(into->marks[i], from->marks[i], code->sections[i].n);
}

void verdict_reach(struct job *job, uint32_t program)
{
	const struct code *code = &job->subject->code;
	AUTO(reach) struct reach most = { 0 };

	run(job, program, &job->facts, FACTS_FILL_NOT, &job->possible);
	if (job->rules->has_fixed_options) {
		copy_marks(&job->open, &job->possible, code);
		job->open.has_given_up = job->possible.has_given_up;
	} else {
		run(job, program, &job->open_facts, FACTS_FILL_NOT, &job->open);
	}
	if (!job->lacks_facts) {
		copy_marks(&job->certain, &job->possible, code);
		return;
	}
	reach_init(&most, code);
	run(job, program, &job->facts, FACTS_FILL_LEAST, &job->certain);
	run(job, program, &job->facts, FACTS_FILL_MOST, &most);
	reach_intersect(&job->certain, &most, code);
}

const char *verdict_option(struct job *job, uint32_t program, uint32_t section, uint32_t insn)
{
	const struct check_subject *s = job->subject;
	AUTO(facts) struct facts facts = { 0 };
	AUTO(reach) struct reach reach = { 0 };

	facts_init(&facts, s, job->kernel);
	facts.live = job->rules->live;
	facts.has_kfunc_flavours = job->rules->has_kfunc_flavours;
	reach_init(&reach, &s->code);
	for (size_t i = 0; i < s->variables.n_items; i++) {
		const struct variable *v = &s->variables.items[i];

		if (!v->is_read_only || !variable_is_flag(v))
			continue;
		facts_forget_flag(&facts, v);
		run(job, program, &facts, FACTS_FILL_NOT, &reach);
		if (reach.marks[section][insn])
			return s->flag_names[i] ? s->flag_names[i] : v->name;
	}
	return NULL;
}
