// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_CHECK_ITEM_H
#define EPM_CMD_CHECK_ITEM_H

/*
 * The packages of epm check. One that cannot be had keeps none of the others from being looked at;
 * names that options give need to be those of one of them.
 */
#include "cmd/remote.h"
#include "run/subject.h"

struct check_choice { /* what was said of all packages; borrowed */
	const struct cmd_env *env;
	const struct cmd_remote *remote;
	const char *configuration;
	const struct cli_list *skip;
	const struct cli_list *with;
	const struct cli_list *attach;
};

struct check_item {
	const char *text; /* as it was called */
	struct package *package;
	struct loader *loader;
	struct run_subject subject;
};

struct check_items {
	struct check_item *items;
	size_t n_items;
	size_t n_failed;
	struct err failed; /* the first */
};

/*
 * Each once. An error of one of several packages is printed and kept in `failed`. USAGE for
 * options that no package understands; the error itself where there is one package only.
 */
int check_items_open(const struct check_choice *choice, const struct cli_args *args,
		     struct check_items *out, struct err *err) MUST_CHECK;
void check_items_done(struct check_items *items);
AUTO_STRUCT(check_items, struct check_items, check_items_done);

#endif
