// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/moved.h"

#include "base/alloc.h"

char *cmd_moved_program(const char *text)
{
	return mem_textn(text, strcspn(text, "="));
}

int cmd_moved_set(const struct cli_list *moved, struct package *package, struct err *err)
{
	for (size_t i = 0; i < moved->n_items; i++) {
		const char *text = moved->items[i], *equals = strchr(text, '=');
		AUTO(free) char *name = cmd_moved_program(text);
		struct config_prog *prog;

		if (!equals || equals == text || !equals[1])
			return err_set(err, EC_USAGE, "--attach: '%s' is not PROGRAM=SECTION",
				       text);
		if (!package->config)
			package->config = config_new();
		prog = config_find_prog(package->config, name);
		if (!prog)
			prog = config_add_prog(package->config, name);
		free(prog->attach);
		prog->attach = mem_text(equals + 1);
	}
	return 0;
}

int cmd_moved_check(const struct cli_list *moved, const struct loader *loader, struct err *err)
{
	for (size_t i = 0; i < moved->n_items; i++) {
		AUTO(free) char *name = cmd_moved_program(moved->items[i]);

		if (!loader_has_program(loader, name))
			return err_set(err, EC_USAGE, "--attach: %s has no program '%s'",
				       loader->name, name);
	}
	return 0;
}
