// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_VIEW_H
#define EPM_CMD_VIEW_H

/*
 * What is at a registry and not in the store: looked at without being kept (inspect, the help of a
 * package), or fetched to be run.
 */
#include "cmd/remote.h"
#include "pkg/scratch.h"

struct cmd_view { /* points into itself: not to be copied */
	struct cmd_session session;
	struct scratch scratch;
	char *name;	     /* whole */
	struct store *store; /* has it under this name, with the parts that were wanted; borrowed */
};

enum cmd_view_parts {
	CMD_VIEW_CONFIG, /* manifests and configs, of all architectures */
	CMD_VIEW_OBJECT, /* for this machine, with object and configuration */
};

/* Into a store for the length of the command. Errors of fetch_pull(). */
int cmd_view_open(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		  enum cmd_view_parts parts, struct cmd_view *out, struct err *err) MUST_CHECK;
void cmd_view_done(struct cmd_view *view);
AUTO_STRUCT(cmd_view, struct cmd_view, cmd_view_done);

/*
 * After NOT_FOUND in the store (err): whether text can mean something at a registry, which is not so
 * for what is the name of a file or folder here. out: the whole name. Otherwise err stays.
 */
bool cmd_view_may(const struct cmd_env *env, const char *text, const struct err *err, char **out);

/*
 * Put the store's error before the registry's, where the name was short: whoever mistyped a name of
 * the store wants to read that. -1 always.
 */
int cmd_view_failed(const char *text, const struct err *store_err, struct err *err);

#endif
