// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_TARGETS_H
#define EPM_CHECK_TARGETS_H

/* What a program is attached to: does a kernel have it? */
#include "check/finding.h"
#include "check/prototype.h"
#include "check/subject.h"
#include "kernel/kernel.h"
#include "kernel/live.h"

struct target_answer {
	enum finding_level level;
	char why[256];
	char *closest;	   /* or NULL; the caller frees it */
	const char *since; /* or NULL */
	/*
	 * Arguments of eight bytes that the context of such a program has, and whether what goes
	 * beyond is refused; -1: not known.
	 */
	int n_arguments;
	int64_t context_size;	/* bytes of any other context; -1: not known */
	struct prototype typed; /* of a context whose types are known; .type NULL: they are not */
};

struct target_question {
	struct kernel *kernel;
	const struct live *live; /* NULL: only what BTF says */
	bool asks_all;		 /* also what takes the running kernel 50 ms to say */
	const struct check_program *program;
};

void targets_find(const struct target_question *question, struct target_answer *out);

#endif
