// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SELECT_H
#define EPM_RUN_SELECT_H

/*
 * Which programs of a package are loaded on this kernel. Left out are those the person skips, those
 * whose tracepoint is missing and that are optional (or belong to a system call this architecture
 * does not have), and of two programs for one event as tp_btf and raw_tp the second. Each is said.
 */
#include "base/err.h"
#include "run/loader.h"

/* UNSUPPORTED when a program is needed and cannot be had, or none is left. */
int select_programs(struct loader *loader, const char *const *skip, size_t n_skip,
		    struct err *err) MUST_CHECK;

#endif
