// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/print.h"
#include "cmd/list.h"
#include "pkg/bundle.h"

struct settings {
	struct cli_common common;
	const char *name;
	bool is_json;
};

static const struct cli_option options[] = {
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct settings, is_json),
	  .help = "print an array of objects instead of lines" },
	{ .name = "name",
	  .letter = 'n',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct settings, name),
	  .value = "NAME[:TAG]",
	  .help = "what the package is to be called, whatever the archive says" },
};

static json_t *row_of(const struct bundle_package *package)
{
	json_t *row = json_object();

	js_set_text(row, "reference", package->name);
	js_set_text(row, "digest", package->digest.text);
	js_set_size(row, "size", package->size_bytes);
	return row;
}

static int print_result(const struct bundle_report *loaded, bool is_json, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);
	AUTO(json) json_t *rows = json_array();
	AUTO(free) char *json = NULL;

	for (size_t i = 0; i < loaded->n_packages; i++) {
		const struct bundle_package *package = &loaded->packages[i];

		if (is_json)
			js_append(rows, row_of(package));
		else
			str_addf(&text, "%s%s%s\n", package->name ? package->name : "",
				 package->name ? " " : "", package->digest.text);
	}
	if (is_json) {
		json = js_dump_pretty(rows);
		str_adds(&text, json);
	}
	if (str_check(&text, "the list", err) < 0)
		return -1;
	return cmd_print(&text, err);
}

static void report(const struct bundle_report *loaded)
{
	AUTO(free) char *size = print_size(loaded->bytes);

	for (size_t i = 0; i < loaded->n_packages; i++)
		if (!loaded->packages[i].name)
			log_note("%s came without a name; 'epm tag' gives it one",
				 loaded->packages[i].digest.text);
	if (!loaded->n_packages)
		log_note("%zu referrer%s of what the store has", loaded->n_referrers,
			 loaded->n_referrers == 1 ? "" : "s");
	log_verbose("%zu referrers, %s in %zu blobs", loaded->n_referrers, size, loaded->n_blobs);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct settings *s = settings;
	AUTO(store) struct store *store = NULL;
	AUTO(bundle_report) struct bundle_report loaded = { 0 };
	AUTO(free) char *name = NULL;

	if (!strcmp(args->items[0], "-") && isatty(STDIN_FILENO))
		return err_set(err, EC_USAGE, "an archive does not come from a terminal");
	if (s->name && store_name(s->name, &name, err) < 0)
		return -1;
	if (store_open(env->home, STORE_WRITE, &store, err) < 0 ||
	    bundle_load(store, args->items[0], s->name, &loaded, err) < 0)
		return -1;
	report(&loaded);
	return print_result(&loaded, s->is_json, err);
}

const struct cmd cmd_load = {
	.cli = { .name = "load",
		 .synopsis = "[OPTIONS] FILE|-",
		 .summary = "take packages from a file into the store",
		 .details =
			 "FILE is an OCI archive of 'epm save', skopeo or oras, also compressed "
			 "by gzip, xz or zstd; '-' is standard input. All of it is loaded or "
			 "nothing, and every byte is hashed before it has a name. Names that the "
			 "store has move to what is loaded.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_FILE,
		 .min_args = 1,
		 .max_args = 1 },
	.settings_size = sizeof(struct settings),
	.run = run,
};
