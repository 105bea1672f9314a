// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/limits.h"
#include "base/log.h"
#include "cli/print.h"
#include "cmd/list.h"
#include "pkg/store.h"

struct settings {
	struct cli_common common;
	bool is_forced;
};

static const struct cli_option options[] = {
	{ .name = "force",
	  .letter = 'f',
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct settings, is_forced),
	  .help = "with a digest that has several names: remove all of them" },
};

/* Lines to "removed NAME"; the summary goes to stderr. */
static int report(const struct str *removed, const struct store_freed *freed, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	AUTO(free) char *size = print_size(freed->bytes);
	const char *line, *end;

	for (line = str_text(removed); (end = strchr(line, '\n')); line = end + 1)
		str_addf(&text, "removed %.*s\n", (int)(end - line), line);
	if (cmd_print(&text, err) < 0)
		return -1;
	if (freed->n_blobs)
		log_note("%s freed in %zu blob%s", size, freed->n_blobs,
			 freed->n_blobs == 1 ? "" : "s");
	else
		log_note("nothing freed: other names lead to the same blobs");
	return 0;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct settings *s = settings;
	AUTO(store) struct store *store = NULL;
	AUTO(str) struct str removed = STR_MAX(LIMIT_TEXT);
	const struct store_removal removal = { args->items, args->n_items, s->is_forced, &removed };
	struct store_freed freed = { 0 };

	if (store_open(env->home, STORE_READ, &store, err) < 0 ||
	    store_remove(store, &removal, &freed, err) < 0)
		return -1;
	return report(&removed, &freed, err);
}

const struct cmd cmd_rm = {
	.cli = { .name = "rm",
		 .synopsis = "[OPTIONS] REF…",
		 .summary = "remove packages from the store",
		 .details = "Takes the names away, and deletes what no other name leads to. When "
			    "one of several REF is not there nothing is removed.",
		 .options = options,
		 .n_options = 1,
		 .words = CLI_WORDS_REF,
		 .min_args = 1,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct settings),
	.run = run,
};
