// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/limits.h"
#include "cmd/list.h"
#include "config.h"

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

	str_addf(&text, "epm %s\n", PACKAGE_VERSION);
	return cmd_print(&text, err);
}

const struct cmd cmd_version = {
	.cli = { .name = "version", .synopsis = "", .summary = "print the version" },
	.settings_size = sizeof(struct cli_common),
	.run = run,
};
