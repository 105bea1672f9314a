// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_REFERRERS_H
#define EPM_CMD_REFERRERS_H

/* What refers to a package, and what refers to that: "epm inspect --referrers". */
#include "cmd/remote.h"

/* Of the store, or of the registry where it is not there or is_remote. */
int cmd_show_referrers(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		       bool is_remote, bool is_json, struct err *err) MUST_CHECK;

#endif
