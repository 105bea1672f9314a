// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <inttypes.h>

#include "check/context.h"
#include "check/verdict_priv.h"

#define WHY_MOST 160

/* Why a load from the context is refused; false: it is not. */
static bool check_access(const struct target_answer *target, struct kernel *kernel,
			 const struct reach_access *access, char *why)
{
	uint64_t end = (uint64_t)access->offset + access->size;
	int n = target->n_arguments;

	if (n >= 0 && end > (uint64_t)n * 8)
		snprintf(why, WHY_MOST, "it has %d argument%s, and the program reads number %u", n,
			 n == 1 ? "" : "s", access->offset / 8 + 1);
	else if (n < 0 && target->context_size >= 0 && end > (uint64_t)target->context_size)
		snprintf(why, WHY_MOST,
			 "its context has %" PRId64 " bytes, and the program reads from %u on",
			 target->context_size, access->offset);
	else if (target->typed.type && prototype_hides(&target->typed, kernel, access->offset / 8))
		snprintf(why, WHY_MOST,
			 "the program reads argument %u, a pointer that this kernel hides",
			 access->offset / 8 + 1);
	else
		return false;
	return true;
}

/* true: it is sure that the program is refused. */
static bool add(struct job *job, uint32_t program, uint32_t section, uint32_t insn, const char *why)
{
	struct finding *finding = verdict_add(job, verdict_level(job, section, insn), FIND_ATTACH,
					      program, job->subject->programs[program].section);

	verdict_why(finding, "%s", why);
	verdict_at(job, finding, section, insn);
	return finding->level == FINDING_MISSING;
}

static void check_accesses(struct job *job, uint32_t program)
{
	const struct reach *reach = &job->possible;
	char why[WHY_MOST];

	for (size_t i = 0; i < reach->n_accesses; i++) {
		const struct reach_access *access = &reach->accesses[i];

		if (check_access(&job->targets[program], job->kernel, access, why) &&
		    add(job, program, access->section, access->insn, why))
			return;
	}
}

static void check_results(struct job *job, uint32_t program)
{
	const struct reach *reach = &job->possible;
	struct result_range range;
	char why[WHY_MOST];

	if (!context_result(job->kernel, &job->subject->programs[program], &range))
		return;
	for (size_t i = 0; i < reach->n_results; i++) {
		const struct reach_result *result = &reach->results[i];

		if (result->value >= range.least && result->value <= range.most)
			continue;
		snprintf(why, sizeof(why),
			 "it returns %" PRId32 ", and may return %" PRId64 " to %" PRId64,
			 result->value, range.least, range.most);
		if (add(job, program, result->section, result->insn, why))
			return;
	}
}

void verdict_context(struct job *job, uint32_t program)
{
	check_accesses(job, program);
	check_results(job, program);
}
