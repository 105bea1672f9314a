// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SELECT_H
#define EPM_RUN_SELECT_H

/*
 * Which programs of a package are loaded on this kernel: check/verdict.h is asked, of alternatives
 * the best that the kernel has is taken, what is optional and impossible is left out. A package
 * that cannot run is refused here, before anything is in the kernel.
 */
#include "base/err.h"
#include "run/loader.h"

/*
 * skip: programs the person leaves out. refused: those the kernel has refused, in whose place an
 * alternative may come. UNSUPPORTED, with the reason, when a program is needed and cannot be had, or
 * none is left; USAGE where a program to skip is not there.
 */
struct select_names {
	const char *const *skip;
	size_t n_skip;
	const char *const *refused;
	size_t n_refused;
};
int select_programs(struct loader *loader, const struct select_names *names,
		    struct err *err) MUST_CHECK;

/* Is there another program that could be loaded in its place? After select_programs(). */
bool select_has_alternative(const struct loader *loader, const char *program);

#endif
