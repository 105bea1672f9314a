// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "cmd/list.h"
#include "pkg/store.h"

static void free_names(char **names, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		free(names[i]);
	free(names);
}

static int set(struct store *store, const char *source, char **names, size_t n_names,
	       struct err *err)
{
	AUTO(store_target) struct store_target target = { 0 };

	if (store_resolve(store, source, &target, err) < 0)
		return -1;
	return store_set_names(store, &target, (const char *const *)names, n_names, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	AUTO(store) struct store *store = NULL;
	size_t n_names = args->n_items - 1;
	char **names;
	int rc = 0;

	if (store_open(env->home, STORE_READ, &store, err) < 0)
		return -1;
	names = mem_array(n_names, sizeof(*names));
	for (size_t i = 0; rc == 0 && i < n_names; i++)
		rc = store_name(args->items[i + 1], &names[i], err);
	if (rc == 0)
		rc = set(store, args->items[0], names, n_names, err);
	free_names(names, n_names);
	return rc;
}

const struct cmd cmd_tag = {
	.cli = { .name = "tag",
		 .synopsis = "SOURCE NAME…",
		 .summary = "give a package in the store more names",
		 .details = "SOURCE is a name or a digest, or at least seven characters that begin "
			    "one. A NAME without a tag gets 'latest'. A name that another package "
			    "has moves to this one.",
		 .words = CLI_WORDS_REF,
		 .min_args = 2,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct cli_common),
	.run = run,
};
