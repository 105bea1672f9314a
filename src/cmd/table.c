// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/list.h"

const struct cmd *const cmd_table[] = {
#define CMD_ADDRESS(name) &cmd_##name,
	CMD_LIST(CMD_ADDRESS) NULL
};

const struct cmd *cmd_find(const char *name)
{
	for (const struct cmd *const *c = cmd_table; *c; c++)
		if (!strcmp((*c)->cli.name, name))
			return *c;
	return NULL;
}

int cmd_unknown(const char *name, struct err *err)
{
	const char *names[ARRAY_SIZE(cmd_table)];
	AUTO(free) char *clean = text_printable(name, strlen(name));
	const char *nearest;
	size_t n = 0;

	for (const struct cmd *const *c = cmd_table; *c; c++)
		if (!(*c)->is_hidden)
			names[n++] = (*c)->cli.name;
	err_set(err, EC_USAGE, "there is no command '%s'", clean);
	nearest = text_nearest(name, names, n);
	if (nearest)
		return err_hint(err, "did you mean 'epm %s'?", nearest);
	return err_hint(err, "see 'epm --help'");
}

void cmd_overview(struct str *out)
{
	str_adds(out, "Usage: epm [-q] [-v] COMMAND …\n\n"
		      "Build, keep and run eBPF programs as packages.\n\nCommands:\n");
	for (const struct cmd *const *c = cmd_table; *c; c++)
		if (!(*c)->is_hidden)
			cli_help_row(out, (*c)->cli.name, (*c)->cli.summary);
	str_adds(out, "\nOptions:\n");
	cli_help_row(out, "-h, --help", "show this help");
	cli_help_row(out, "-q, --quiet", "print errors and the result only");
	cli_help_row(out, "-v, --verbose", "say what is done and why");
	cli_help_row(out, "-V, --version", "print the version");
	str_adds(out, "\n'epm COMMAND --help' tells about a command, 'man epm' about all.\n");
}

int cmd_print(const struct str *text, struct err *err)
{
	return fs_write_fd(STDOUT_FILENO, str_text(text), text->len, "the output", err);
}

static int print_help(const struct cmd *cmd, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

	cli_help(&cmd->cli, &text);
	return cmd_print(&text, err);
}

int cmd_main(const struct cmd_env *env, int argc, char **argv, struct err *err)
{
	const struct cmd *cmd = cmd_find(argv[0]);
	AUTO(cli_args) struct cli_args args = { 0 };
	AUTO(free) struct cli_common *settings = NULL;
	int rc;

	if (!cmd)
		return cmd_unknown(argv[0], err);
	settings = mem_alloc(cmd->settings_size);
	settings->is_quiet = env->is_quiet;
	settings->n_verbose = env->n_verbose;
	rc = cli_parse(&cmd->cli, argc - 1, argv + 1, settings, &args, err);
	if (rc == 0) {
		if (settings->is_quiet)
			log_set_level(LOG_QUIET);
		else if (settings->n_verbose)
			log_set_level(LOG_VERBOSE);
		if (settings->wants_help)
			rc = print_help(cmd, err);
		else if (settings->wants_version)
			rc = cmd_version.run(env, settings, &args, err);
		else
			rc = cmd->run(env, settings, &args, err);
	}
	if (cmd->done)
		cmd->done(settings);
	return rc;
}
