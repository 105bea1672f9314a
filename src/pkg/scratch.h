// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_SCRATCH_H
#define EPM_PKG_SCRATCH_H

/*
 * A store for the length of one command: what is only looked at (inspect of a remote reference), or
 * is on its way between two places (copy to an archive). It lives in EPM_HOME, beside the real one,
 * and goes away with its struct; those of commands that were killed go with a later one.
 */
#include "base/auto.h"
#include "base/err.h"
#include "pkg/store.h"

struct scratch {
	int dir;    /* EPM_HOME/scratch */
	char *name; /* in dir */
	char *path;
	struct store *store;
};

/* DENIED and what store_open() sets. */
int scratch_open(const char *home, struct scratch *out, struct err *err) MUST_CHECK;
void scratch_done(struct scratch *scratch);
AUTO_STRUCT(scratch, struct scratch, scratch_done);

#endif
