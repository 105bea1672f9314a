// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_KINDS_H
#define EPM_CHECK_KINDS_H

/*
 * Kinds of programs that a kernel does not take at all, whatever they are put on: it was built
 * without them (its options, where they are known), or the running one refuses them.
 */
#include "check/subject.h"
#include "kernel/live.h"

/* Writes why: "this kernel was built without kprobes (CONFIG_KPROBES)". live: NULL: not the running one. */
bool kinds_are_refused(struct kernel *kernel, const struct live *live,
		       const struct check_program *program, char *why, size_t size);

#endif
