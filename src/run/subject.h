// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SUBJECT_H
#define EPM_RUN_SUBJECT_H

/* A package that was opened (loader.h), as what check/ holds against kernels. */
#include "base/auto.h"
#include "base/err.h"
#include "check/verdict.h"
#include "run/loader.h"

struct run_subject {
	struct check_wish *wishes;
	size_t n_wishes;
	struct check_subject *subject;
};

/*
 * With the values of the package's flags as they were given; skip: names of programs to leave out.
 * The loader is borrowed. CORRUPT.
 */
int run_subject_open(const struct loader *loader, const char *const *skip, size_t n_skip,
		     struct run_subject *out, struct err *err) MUST_CHECK;
void run_subject_done(struct run_subject *subject);
AUTO_STRUCT(run_subject, struct run_subject, run_subject_done);

/* There are programs, and none of them is loaded. */
bool run_skips_all(const struct check_subject *subject);

/* As the libbpf at hand will load it. */
struct check_rules run_check_rules(void);

#endif
