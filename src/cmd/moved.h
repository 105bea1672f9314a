// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_MOVED_H
#define EPM_CMD_MOVED_H

/* --attach PROGRAM=SECTION of run and check: programs that are attached elsewhere. */
#include "cli/option.h"
#include "pkg/package.h"
#include "run/loader.h"

/* Changes the configuration as a person could have edited it, before loader_open(). USAGE. */
int cmd_moved_set(const struct cli_list *moved, struct package *package,
		  struct err *err) MUST_CHECK;

/* USAGE for a program that is not there. */
int cmd_moved_check(const struct cli_list *moved, const struct loader *loader,
		    struct err *err) MUST_CHECK;

/* "PROGRAM" of one of the list; the caller frees it. */
char *cmd_moved_program(const char *text);

#endif
