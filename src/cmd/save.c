// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <unistd.h>

#include "base/log.h"
#include "cli/print.h"
#include "cmd/list.h"
#include "pkg/bundle.h"

struct settings {
	struct cli_common common;
	const char *output;
};

static const struct cli_option options[] = {
	{ .name = "output",
	  .letter = 'o',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct settings, output),
	  .value = "FILE",
	  .help = "write to FILE instead of standard output",
	  .words = CLI_WORDS_FILE },
};

static void report(const struct bundle_report *saved, const char *path)
{
	AUTO(free) char *size = print_size(saved->bytes);

	for (size_t i = 0; i < saved->n_packages; i++)
		log_verbose("%s %s",
			    saved->packages[i].name ? saved->packages[i].name : "without a name",
			    saved->packages[i].digest.text);
	log_note("%zu name%s, %zu referrer%s, %s in %zu blobs written to %s", saved->n_packages,
		 saved->n_packages == 1 ? "" : "s", saved->n_referrers,
		 saved->n_referrers == 1 ? "" : "s", size, saved->n_blobs, path);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct settings *s = settings;
	const char *path = s->output ? s->output : "-";
	AUTO(store) struct store *store = NULL;
	AUTO(bundle_report) struct bundle_report saved = { 0 };

	if (!strcmp(path, "-") && isatty(STDOUT_FILENO)) {
		err_set(err, EC_USAGE, "an archive is not for a terminal");
		return err_hint(err, "-o FILE writes it to a file");
	}
	if (store_open(env->home, STORE_READ, &store, err) < 0 ||
	    bundle_save(store, args->items, args->n_items, path, &saved, err) < 0)
		return -1;
	report(&saved, strcmp(path, "-") ? path : "standard output");
	return 0;
}

const struct cmd cmd_save = {
	.cli = { .name = "save",
		 .synopsis = "[OPTIONS] REF…",
		 .summary = "write packages with all that belongs to them into one file",
		 .details =
			 "The file is an OCI archive that 'epm load', skopeo and oras read: every "
			 "architecture that the store has, signatures and other referrers, and "
			 "the names. The same content gives the same bytes.",
		 .options = options,
		 .n_options = 1,
		 .words = CLI_WORDS_REF,
		 .min_args = 1,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct settings),
	.run = run,
};
