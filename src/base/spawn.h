// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_SPAWN_H
#define EPM_BASE_SPAWN_H

/*
 * Children by argument vector, never by a shell. A child runs with the rights of the person (see
 * identity.h), with default signals, and with stdin from /dev/null unless there is input for it.
 */
#include "base/err.h"
#include "base/str.h"

struct spawn {
	const char *const *argv; /* argv[0] is looked up in PATH; NULL at the end */
	const char *folder;	 /* to run in; NULL: here */
	struct span input;	 /* for stdin; data NULL: nothing */
	struct str *out;	 /* takes stdout; NULL: inherited */
	struct str *messages;	 /* takes stderr; NULL: inherited */
	int status;		 /* set: the exit status, or 128 + the signal that ended it */
};

/*
 * Run to the end. 0 whatever the child's status is; NOT_FOUND when there is no such program,
 * FAILED when it cannot be started, CORRUPT when it prints more than out or messages may hold (it
 * is ended then).
 */
int spawn_run(struct spawn *spawn, struct err *err) MUST_CHECK;

/* Path of a program in PATH, or of one that is named by a path; NULL: none. The caller frees it. */
char *spawn_find(const char *program);

#endif
