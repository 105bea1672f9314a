// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * epm __spec: all commands and options as JSON, for the tests that hold the manual against the
 * program.
 */
#include "base/json.h"
#include "cmd/list.h"

static json_t *describe_option(const struct cli_option *option)
{
	char letter[2] = { option->letter, '\0' };
	json_t *json = json_object();

	js_set_text(json, "name", option->name);
	js_set_text(json, "short", option->letter ? letter : NULL);
	js_set_text(json, "value", option->value);
	js_set_text(json, "help", option->help);
	js_set_text(json, "choices", option->choices);
	return json;
}

static json_t *describe_command(const struct cmd *cmd)
{
	json_t *json = json_object(), *options = json_array();

	for (size_t i = 0; i < cmd->cli.n_options; i++)
		js_append(options, describe_option(&cmd->cli.options[i]));
	for (size_t i = 0; i < cli_n_common_options; i++)
		js_append(options, describe_option(&cli_common_options[i]));
	js_set_text(json, "name", cmd->cli.name);
	js_set_text(json, "synopsis", cmd->cli.synopsis);
	js_set_text(json, "summary", cmd->cli.summary);
	js_set_text(json, "actions", cmd->cli.actions);
	js_set_bool(json, "hidden", cmd->is_hidden);
	js_set(json, "options", options);
	return json;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	AUTO(json) json_t *json = json_object();
	AUTO(free) char *text = NULL;
	json_t *commands = json_array();

	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		js_append(commands, describe_command(*cmd));
	js_set(json, "commands", commands);
	text = js_dump_pretty(json);
	return cmd_print(&(struct str){ .data = text, .len = strlen(text) }, err);
}

const struct cmd cmd_spec = {
	.cli = { .name = "__spec", .synopsis = "", .summary = "all commands and options as JSON" },
	.is_hidden = true,
	.settings_size = sizeof(struct cli_common),
	.run = run,
};
