// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_COMMAND_H
#define EPM_CMD_COMMAND_H

/*
 * A command: one file, which describes its options in constant tables, calls the one function below
 * that does the work, and prints. The list of commands is in table.c.
 */
#include "base/err.h"
#include "cli/option.h"

/* What main.c has read from the environment and hands down. Borrowed. */
struct cmd_env {
	const char *home;   /* EPM_HOME: the store and what else epm keeps */
	bool is_quiet;	    /* -q before the command */
	uint64_t n_verbose; /* -v before the command */
};

struct cmd {
	struct cli_command cli;
	bool is_hidden;
	/* The settings are zeroed memory of settings_size, struct cli_common first. */
	size_t settings_size;
	int (*run)(const struct cmd_env *env, void *settings, const struct cli_args *args,
		   struct err *err);
	void (*done)(void *settings); /* frees what lists hold; may be NULL */
};

extern const struct cmd *const cmd_table[]; /* ends with NULL */

const struct cmd *cmd_find(const char *name);	    /* NULL: none */
int cmd_unknown(const char *name, struct err *err); /* USAGE with the nearest name; always -1 */
void cmd_overview(struct str *out);		    /* the text of "epm --help" */

/* Parse and run one command; argv[0] is its name. */
int cmd_main(const struct cmd_env *env, int argc, char **argv, struct err *err) MUST_CHECK;

/* Writes to stdout and flushes; CLOSED when the reader has gone. */
int cmd_print(const struct str *text, struct err *err) MUST_CHECK;

#endif
