// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_VERDICT_PRIV_H
#define EPM_CHECK_VERDICT_PRIV_H

/* The parts of verdict.h among themselves. */
#include "check/facts.h"
#include "check/targets.h"
#include "check/verdict.h"

struct job {
	struct check_subject *subject;
	struct kernel *kernel;
	const struct check_rules *rules;
	struct check_verdict *verdict;
	uint32_t *groups;	       /* of each program: groups.h */
	struct target_answer *targets; /* of each program */
	bool *is_out;		       /* of each program: it is not loaded */
	struct facts facts;	       /* with the flags as they are */
	struct facts open_facts;       /* with the flags unknown */
	const char *lockdown;	       /* of the running kernel, or NULL */
	bool lacks_facts;	       /* the kernel does not say all that is asked for */
	/* what a program reaches: whatever the kernel is, perhaps, perhaps with other flags */
	struct reach certain;
	struct reach possible;
	struct reach open;
};

/* verdict_findings.c: what is NULL is not known; strings are copied, the option and since are not. */
struct finding *verdict_add(struct job *job, enum finding_level level, enum finding_kind kind,
			    uint32_t program, const char *what);
PRINTF(2, 3)
void verdict_why(struct finding *finding, const char *fmt, ...);
void verdict_at(struct job *job, struct finding *finding, uint32_t section, uint32_t insn);
void verdict_drop_findings(struct check_verdict *verdict, size_t from);
void verdict_finding_done(struct finding *finding);

/* May the kernel, which is the one that runs, be asked by loading programs that do nothing? */
bool verdict_tries(const struct job *job);

/* verdict_object.c: maps, options, symbols, all that is asked for by the object as a whole. */
void verdict_object(struct job *job);

/* verdict_maps.c: their types, and whether they have a size. */
void verdict_maps(struct job *job);

/* verdict_struct_ops.c */
void verdict_struct_ops(struct job *job);

/* verdict_relos.c: resolves and patches what belongs to programs that are loaded. */
void verdict_relocate(struct job *job);

/* After reach: those of a program (of the object: those that fail everything). */
void verdict_program_relos(struct job *job, uint32_t program);
void verdict_failed_relos(struct job *job);

/*
 * verdict_level.c: how bad it is that something is missing which this instruction needs: MISSING,
 * UNKNOWN, OPTION or GUARDED.
 */
enum finding_level verdict_level(const struct job *job, uint32_t section, uint32_t insn);

/* Fills certain, possible and open for a program. */
void verdict_reach(struct job *job, uint32_t program);

/* verdict_program.c: reachability and what it shows. */
void verdict_program(struct job *job, uint32_t program);

/* verdict_context.c: what a program takes from its context, and what it returns. */
void verdict_context(struct job *job, uint32_t program);

/* Which flag has to be set for this instruction to be reached; NULL: it takes several. */
const char *verdict_option(struct job *job, uint32_t program, uint32_t section, uint32_t insn);

#endif
