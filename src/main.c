// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/auto.h"
#include "base/fs.h"
#include "base/identity.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/command.h"

/* A closed standard descriptor would be taken by the next file opened, and written into. */
static void open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int print_overview(struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

	cmd_overview(&text);
	return cmd_print(&text, err);
}

static int find_home(char **out, struct err *err)
{
	AUTO(free) char *home = NULL;
	const char *set = getenv("EPM_HOME");

	if (set && *set) {
		*out = mem_text(set);
		return 0;
	}
	if (identity_home(&home, err) < 0)
		return -1;
	*out = path_join(home, ".eunomia");
	return 0;
}

static int with_home(int argc, char **argv, struct cmd_env *env, struct err *err)
{
	AUTO(free) char *home = NULL;

	if (find_home(&home, err) < 0)
		return -1;
	env->home = home;
	return cmd_main(env, argc, argv, err);
}

static int unknown_option(const char *word, struct err *err)
{
	err_set(err, EC_USAGE, "unknown option '%s'", word);
	return err_hint(err, "options of a command stand after its name; see 'epm --help'");
}

static int start(int argc, char **argv, struct err *err)
{
	char *version[] = { "version", NULL };
	struct cmd_env env = { 0 };
	int i = 1;

	if (identity_start(err) < 0 || log_set_trace(getenv("EPM_TRACE"), err) < 0)
		return -1;
	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help"))
			return print_overview(err);
		if (!strcmp(argv[i], "--version") || !strcmp(argv[i], "-V"))
			return with_home(1, version, &env, err);
		if (!strcmp(argv[i], "-q") || !strcmp(argv[i], "--quiet"))
			env.is_quiet = true;
		else if (!strcmp(argv[i], "-v") || !strcmp(argv[i], "--verbose"))
			env.n_verbose++;
		else
			return unknown_option(argv[i], err);
	}
	if (i == argc) {
		err_set(err, EC_USAGE, "a command is missing");
		return err_hint(err, "see 'epm --help'");
	}
	if (!strcmp(argv[i], "help")) {
		if (i + 1 == argc)
			return print_overview(err);
		return with_home(2, (char *[]){ argv[i + 1], "--help", NULL }, &env, err);
	}
	return with_home(argc - i, argv + i, &env, err);
}

int main(int argc, char **argv)
{
	struct err err = { 0 };

	open_standard();
	signal(SIGPIPE, SIG_IGN);
	if (start(argc, argv, &err) == 0)
		return 0;
	if (err.code == EC_CLOSED)
		return 0;
	log_error(&err);
	return err_status(err.code);
}
