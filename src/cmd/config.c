// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "cli/print.h"
#include "cmd/list.h"
#include "cmd/user_files.h"

struct options {
	struct cli_common common;
	bool wants_json;
	bool is_unset;
};

static const struct cli_option options[] = {
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print an array of objects: key, value, origin" },
	{ .name = "unset",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_unset),
	  .help = "take KEY out of the configuration in EPM_HOME" },
};

static const struct print_column columns[] = {
	{ .title = "KEY", .member = "key" },
	{ .title = "VALUE", .member = "value", .may_shrink = true },
	{ .title = "ORIGIN", .member = "origin", .may_shrink = true },
};

/* "mirrors" stands for all of its keys. */
static bool is_asked_for(const json_t *row, const char *asked)
{
	const char *key = json_string_value(json_object_get(row, "key"));

	return !strcmp(key, asked) || (!strcmp(asked, "mirrors") && text_starts(key, "mirrors."));
}

static json_t *choose_rows(const json_t *rows, const char *asked)
{
	json_t *chosen = json_array(), *row;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		row = json_array_get(rows, i);
		if (!asked || is_asked_for(row, asked))
			js_append(chosen, json_incref(row));
	}
	return chosen;
}

/* The values alone, one a line. */
static void print_values(const json_t *rows, struct str *out)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *value = json_object_get(json_array_get(rows, i), "value");

		if (json_is_string(value))
			str_addf(out, "%s\n", json_string_value(value));
		for (size_t k = 0; k < json_array_size(value); k++)
			str_addf(out, "%s\n", json_string_value(json_array_get(value, k)));
	}
}

static int print_rows(const json_t *rows, const char *asked, const struct options *o,
		      struct err *err)
{
	const struct print_style style = { .width = print_width() };
	AUTO(str) struct str text = STR_MAX(LIMIT_SETTINGS);
	AUTO(free) char *json = NULL;

	if (o->wants_json) {
		json = js_dump_pretty(rows);
		str_adds(&text, json);
	} else if (asked && strcmp(asked, "mirrors") != 0) {
		print_values(rows, &text);
	} else {
		print_table(columns, ARRAY_SIZE(columns), rows, &style, &text);
	}
	if (str_check(&text, "the list", err) < 0)
		return -1;
	return cmd_print(&text, err);
}

static int show(const struct cmd_env *env, const char *asked, const struct options *o,
		struct err *err)
{
	AUTO(settings) struct settings settings = { 0 };
	AUTO(json) json_t *all = NULL;
	AUTO(json) json_t *rows = NULL;

	if ((asked && settings_check_key(asked, err) < 0) ||
	    cmd_settings_load(env, &settings, err) < 0)
		return -1;
	all = settings_rows(&settings);
	rows = choose_rows(all, asked);
	if (!json_array_size(rows))
		return err_set(err, EC_NOT_FOUND, "%s is not set", asked);
	return print_rows(rows, asked, o, err);
}

static int unset(const struct cmd_env *env, const struct cli_args *args, struct err *err)
{
	bool was_there = false;

	if (args->n_items != 1)
		return err_set(err, EC_USAGE, "config: --unset takes one KEY");
	if (settings_unset(env->home, args->items[0], &was_there, err) < 0)
		return -1;
	if (was_there)
		return 0;
	return err_set(err, EC_NOT_FOUND, "%s is not set in %s/" SETTINGS_FILE, args->items[0],
		       env->home);
}

/* A path is kept absolute, because commands run anywhere. */
static int set_ca_file(const struct cmd_env *env, const char *path, struct err *err)
{
	AUTO(free) char *whole = path[0] == '/' ? mem_text(path) : realpath(path, NULL);
	const char *values[] = { whole };

	if (!whole)
		return err_errno(err, "ca_file: %s", path);
	return settings_set(env->home, "ca_file", values, 1, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;

	if (o->is_unset)
		return unset(env, args, err);
	if (args->n_items < 2)
		return show(env, args->n_items ? args->items[0] : NULL, o, err);
	if (o->wants_json)
		return err_set(err, EC_USAGE, "config: --json is for showing, not for setting");
	if (!strcmp(args->items[0], "ca_file") && args->n_items == 2)
		return set_ca_file(env, args->items[1], err);
	return settings_set(env->home, args->items[0], args->items + 1, args->n_items - 1, err);
}

const struct cmd cmd_config = {
	.cli = { .name = "config",
		 .synopsis = "[OPTIONS] [KEY [VALUE…]]",
		 .summary = "show and set the configuration",
		 .details = "Without KEY all settings are shown with the file they come from, with "
			    "KEY its value. VALUE is kept in config.yaml in EPM_HOME.\n\n"
			    "Keys: registry (what short names are below), mirrors.REGISTRY, "
			    "plain_http, insecure, ca_file, timeout. mirrors, plain_http and "
			    "insecure take several VALUE.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct options),
	.run = run,
};
