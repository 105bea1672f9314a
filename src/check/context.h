// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_CONTEXT_H
#define EPM_CHECK_CONTEXT_H

/* What programs are handed: the size of their context, and what they may hand back. */
#include <stdint.h>

#include "check/subject.h"
#include "kernel/kernel.h"

/*
 * Bytes of the context that a program has, as the kernel's BTF shows it; loads behind them are
 * refused (of tracepoints: when they are attached). -1: not known, or of arguments (prototype.h).
 */
int64_t context_size(struct kernel *kernel, const struct check_program *program);

struct result_range {
	int64_t least;
	int64_t most;
};

/* What the verifier lets such a program return; false: anything, or it is not known. */
bool context_result(struct kernel *kernel, const struct check_program *program,
		    struct result_range *out);

#endif
