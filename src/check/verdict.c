// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/verdict.h"

#include "base/alloc.h"
#include "check/groups.h"
#include "check/members.h"
#include "check/verdict_priv.h"

static void job_start(struct job *job, struct check_subject *s, struct kernel *kernel,
		      const struct check_rules *rules)
{
	size_t n = s->n_programs + 1;

	job->subject = s;
	job->kernel = kernel;
	job->rules = rules;
	job->groups = job->verdict->groups = mem_array(n, sizeof(*job->groups));
	job->targets = mem_array(n, sizeof(*job->targets));
	job->is_out = mem_array(n, sizeof(*job->is_out));
	job->verdict->programs = mem_array(n, sizeof(*job->verdict->programs));
	facts_init(&job->facts, s, kernel);
	facts_init(&job->open_facts, s, kernel);
	job->facts.live = job->open_facts.live = rules->live;
	job->lockdown = rules->live ? live_lockdown() : NULL;
	job->facts.has_kfunc_flavours = job->open_facts.has_kfunc_flavours =
		rules->has_kfunc_flavours;
	if (!rules->has_fixed_options)
		facts_forget_flags(&job->open_facts);
	job->lacks_facts = facts_lack(&job->facts);
	reach_init(&job->certain, &s->code);
	reach_init(&job->possible, &s->code);
	reach_init(&job->open, &s->code);
	groups_find(s, job->groups);
}

static void job_done(struct job *job)
{
	for (size_t i = 0; job->targets && i < job->subject->n_programs; i++)
		free(job->targets[i].closest);
	reach_done(&job->certain);
	reach_done(&job->possible);
	reach_done(&job->open);
	facts_done(&job->facts);
	facts_done(&job->open_facts);
	free(job->targets);
	free(job->is_out);
	code_reset(&job->subject->code);
}
AUTO_STRUCT(job, struct job, job_done);

static bool is_grouped(const struct job *job, uint32_t program)
{
	for (uint32_t i = 0; i < job->subject->n_programs; i++)
		if (i != program && job->groups[i] == job->groups[program])
			return true;
	return false;
}

bool verdict_tries(const struct job *job)
{
	return job->rules->live && !job->rules->is_quick && !job->kernel->is_partial;
}

static void find_targets(struct job *job)
{
	for (uint32_t i = 0; i < job->subject->n_programs; i++) {
		const struct check_program *p = &job->subject->programs[i];

		job->is_out[i] = p->is_skipped;
		job->verdict->programs[i] = p->is_skipped ? CHECK_SKIPPED : CHECK_FINE;
		if (!p->is_skipped)
			targets_find(&(struct target_question){ .kernel = job->kernel,
								.live = job->rules->live,
								.asks_all = !job->rules->is_quick ||
									    is_grouped(job, i),
								.program = p },
				     &job->targets[i]);
	}
	members_find(job->subject, job->kernel, job->targets);
}

static enum check_state state_of(enum finding_level level)
{
	switch (level) {
	case FINDING_ERROR:
	case FINDING_MISSING:
		return CHECK_CANNOT;
	case FINDING_LIKELY:
		return CHECK_PROBABLY;
	case FINDING_OPEN:
		return CHECK_INCOMPLETE;
	default:
		return CHECK_FINE;
	}
}

/* Is it of a group in which another is, or may come, in its place? */
static bool has_other(const struct job *job, uint32_t program)
{
	for (uint32_t i = 0; i < job->subject->n_programs; i++)
		if (i != program && job->groups[i] == job->groups[program] &&
		    job->verdict->programs[i] != CHECK_LEFT_OUT &&
		    job->verdict->programs[i] != CHECK_SKIPPED)
			return true;
	return false;
}

static uint32_t count_left(const struct job *job)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < job->subject->n_programs; i++)
		n += !job->is_out[i];
	return n;
}

/* Can the package do without it? */
static bool may_leave_out(const struct job *job, uint32_t program)
{
	const struct check_program *p = &job->subject->programs[program];

	return p->is_optional || has_other(job, program) ||
	       (groups_is_of_some_architectures(p) && count_left(job) > 1);
}

/* In each group the best of those that are not known to be impossible. */
static void choose(struct job *job)
{
	const struct check_subject *s = job->subject;
	enum check_state *states = job->verdict->programs;

	for (uint32_t i = 0; i < s->n_programs; i++) {
		bool is_beaten = false;

		if (states[i] == CHECK_SKIPPED || states[i] == CHECK_LEFT_OUT)
			continue;
		for (uint32_t k = 0; k < s->n_programs; k++)
			is_beaten = is_beaten ||
				    (job->groups[k] == job->groups[i] &&
				     states[k] != CHECK_SKIPPED && states[k] != CHECK_LEFT_OUT &&
				     groups_rank(s, k) < groups_rank(s, i));
		states[i] = is_beaten ? CHECK_ALTERNATIVE : CHECK_FINE;
		job->is_out[i] = is_beaten;
	}
}

/* The findings of one program. Its state follows from them. */
static void judge(struct job *job, uint32_t program)
{
	struct check_verdict *v = job->verdict;
	size_t from = v->n_findings;

	verdict_program(job, program);
	for (size_t i = from; i < v->n_findings; i++) {
		enum check_state state = state_of(v->findings[i].level);

		if (state > v->programs[program])
			v->programs[program] = state;
	}
	if (v->programs[program] == CHECK_FINE && job->possible.has_given_up)
		v->programs[program] = CHECK_UNKNOWN;
}

/*
 * All that are in, once. What one that is left out has shown stays, the rest is found again without
 * it: other relocations may resolve in another way then. true: nobody had to leave.
 */
static bool judge_all(struct job *job)
{
	struct check_verdict *v = job->verdict;
	size_t from = v->n_findings, kept;

	for (uint32_t i = 0; i < job->subject->n_programs; i++) {
		kept = v->n_findings;
		if (job->is_out[i])
			continue;
		judge(job, i);
		if (v->programs[i] < CHECK_PROBABLY || !may_leave_out(job, i))
			continue;
		v->programs[i] = CHECK_LEFT_OUT;
		job->is_out[i] = true;
		/* those of the programs before it go, its own stay */
		for (size_t k = from; k < kept; k++)
			verdict_finding_done(&v->findings[k]);
		memmove(&v->findings[from], &v->findings[kept],
			(v->n_findings - kept) * sizeof(*v->findings));
		v->n_findings -= kept - from;
		return false;
	}
	return true;
}

static void conclude(struct check_verdict *v, const struct check_subject *s, uint32_t n_left)
{
	v->state = n_left ? CHECK_FINE : CHECK_CANNOT;
	for (size_t i = 0; i < s->n_programs; i++)
		if (v->programs[i] >= CHECK_UNKNOWN && v->programs[i] > v->state)
			v->state = v->programs[i];
	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].program == FINDING_OBJECT &&
		    state_of(v->findings[i].level) > v->state)
			v->state = state_of(v->findings[i].level);
}

void check_against(struct check_subject *s, struct kernel *kernel, const struct check_rules *rules,
		   struct check_verdict *out)
{
	struct check_verdict verdict = { 0 };
	AUTO(job) struct job job = { .verdict = &verdict };

	job_start(&job, s, kernel, rules);
	find_targets(&job);
	do {
		choose(&job);
		verdict_relocate(&job);
	} while (!judge_all(&job));
	verdict_object(&job);
	conclude(&verdict, s, count_left(&job));
	*out = verdict;
}
