// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/limits.h"
#include "cli/print.h"
#include "cmd/list.h"
#include "pkg/store.h"

struct settings {
	struct cli_common common;
	bool is_dry;
};

static const struct cli_option options[] = {
	{ .name = "dry-run",
	  .letter = 'n',
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct settings, is_dry),
	  .help = "only say what would be deleted" },
};

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct settings *s = settings;
	AUTO(store) struct store *store = NULL;
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	AUTO(free) char *size = NULL;
	struct store_freed freed = { 0 };

	if (store_open(env->home, STORE_READ, &store, err) < 0 ||
	    store_prune(store, s->is_dry, &freed, err) < 0)
		return -1;
	size = print_size(freed.bytes);
	str_addf(&text, "%s %zu blob%s, %s\n", s->is_dry ? "would delete" : "deleted",
		 freed.n_blobs, freed.n_blobs == 1 ? "" : "s", size);
	return cmd_print(&text, err);
}

const struct cmd cmd_prune = {
	.cli = { .name = "prune",
		 .synopsis = "[OPTIONS]",
		 .summary = "delete what no package in the store needs",
		 .details = "Builds that lost their name to a newer one leave blobs behind, and so "
			    "do commands that were killed.",
		 .options = options,
		 .n_options = 1 },
	.settings_size = sizeof(struct settings),
	.run = run,
};
