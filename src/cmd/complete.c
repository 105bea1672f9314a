// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * epm __complete -- WORDS…: what could stand where the last of the words is, one a line. ":file" and
 * ":dir" ask the shell to offer files and folders besides. Says nothing when something is wrong: a
 * person who presses TAB wants no error message.
 */
#include "base/alloc.h"
#include "base/limits.h"
#include "cmd/input.h"
#include "cmd/list.h"
#include "run/loader.h"

/* As `uname -m` has them. */
#define ARCHITECTURES "x86_64 aarch64 armv7l i686 ppc64le riscv64 s390x loongarch64 mips64"

struct completion {
	const struct cmd_env *env;
	const struct cli_args *words;
	const char *current; /* the word to be completed */
	struct str out;
};

static void offer(struct completion *c, const char *word)
{
	if (text_starts(word, c->current))
		str_addf(&c->out, "%s\n", word);
}

static void offer_commands(struct completion *c)
{
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		if (!(*cmd)->is_hidden)
			offer(c, (*cmd)->cli.name);
	offer(c, "help");
	offer(c, "--help");
	offer(c, "--quiet");
	offer(c, "--verbose");
	offer(c, "--version");
}

static void offer_names(struct completion *c)
{
	AUTO(store) struct store *store = NULL;
	AUTO(store_list) struct store_list list = { 0 };
	struct err ignored;

	if (store_open(c->env->home, STORE_READ, &store, &ignored) < 0 ||
	    store_list(store, &list, &ignored) < 0)
		return;
	for (size_t i = 0; i < list.n_entries; i++)
		if (list.entries[i].name)
			offer(c, list.entries[i].name);
}

static void offer_choices(struct completion *c, const char *choices)
{
	size_t len;

	for (const char *p = choices; *p; p += len + (p[len] == ' ')) {
		AUTO(free) char *word = NULL;

		len = strcspn(p, " ");
		word = mem_textn(p, len);
		offer(c, word);
	}
}

/* The option whose value is completed; NULL: none. */
static const struct cli_option *pending_option(const struct cli_command *command,
					       const char *before)
{
	for (size_t i = 0; i < command->n_options; i++) {
		const struct cli_option *o = &command->options[i];

		if (o->kind == CLI_FLAG)
			continue;
		if ((text_starts(before, "--") && !strcmp(before + 2, o->name)) ||
		    (o->letter && before[0] == '-' && before[1] == o->letter && !before[2]))
			return o;
	}
	return NULL;
}

static int open_package(const struct completion *c, const char *reference, struct package **out,
			struct loader **out_loader)
{
	struct err ignored;

	if (!strcmp(reference, "-") || input_load(c->env->home, reference, NULL, out, &ignored) < 0)
		return -1;
	return loader_open((struct span){ str_text(&(*out)->object), (*out)->object.len },
			   (*out)->name, (*out)->config, out_loader, &ignored);
}

static void offer_programs(struct completion *c, const struct loader *loader)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, loader->bpf)
		offer(c, bpf_program__name(program));
}

static void offer_params(struct completion *c, const struct params *params, const char *dashes)
{
	for (size_t i = 0; i < params->n_items; i++) {
		const struct param *param = &params->items[i];
		AUTO(free) char *word = mem_printf("%s%s", dashes, param->name);
		AUTO(free) char *negated = mem_printf("%sno-%s", dashes, param->name);

		offer(c, word);
		if (param->is_bool)
			offer(c, negated);
	}
}

/* Of each package among the words. */
static void offer_parts(struct completion *c, bool wants_flags)
{
	const struct cmd *cmd = cmd_find(c->words->items[0]);

	for (size_t i = 1; cmd && i + 1 < c->words->n_items; i++) {
		const char *word = c->words->items[i];
		AUTO(package) struct package *package = NULL;
		AUTO(loader) struct loader *loader = NULL;

		if (word[0] == '-') {
			i += pending_option(&cmd->cli, word) != NULL;
			continue;
		}
		if (open_package(c, word, &package, &loader) < 0)
			continue;
		if (wants_flags)
			offer_params(c, &loader->params, "");
		else
			offer_programs(c, loader);
	}
}

static void offer_kind(struct completion *c, enum cli_words kind, const char *choices)
{
	switch (kind) {
	case CLI_WORDS_FILE:
		str_adds(&c->out, ":file\n");
		break;
	case CLI_WORDS_DIR:
		str_adds(&c->out, ":dir\n");
		break;
	case CLI_WORDS_REF_OR_FILE:
		str_adds(&c->out, ":file\n");
		offer_names(c);
		break;
	case CLI_WORDS_REF:
		offer_names(c);
		break;
	case CLI_WORDS_COMMAND:
		offer_commands(c);
		break;
	case CLI_WORDS_LIST:
		offer_choices(c, choices ? choices : "");
		break;
	case CLI_WORDS_KERNEL:
		str_adds(&c->out, ":file\n");
		offer(c, "host");
		break;
	case CLI_WORDS_ARCH:
		offer_choices(c, ARCHITECTURES);
		break;
	case CLI_WORDS_PROGRAM:
	case CLI_WORDS_FLAG:
		offer_parts(c, kind == CLI_WORDS_FLAG);
		break;
	case CLI_WORDS_NONE:
		break;
	}
}

static void offer_option(struct completion *c, const struct cli_option *option)
{
	AUTO(free) char *word = mem_printf("--%s", option->name);

	offer(c, word);
}

static void offer_options(struct completion *c, const struct cli_command *command)
{
	for (size_t i = 0; i < command->n_options; i++)
		offer_option(c, &command->options[i]);
	for (size_t i = 0; i < cli_n_common_options; i++)
		offer_option(c, &cli_common_options[i]);
}

/* Index in words of the first argument of the command, or n_items when there is none yet. */
static size_t first_argument(const struct completion *c, const struct cli_command *command)
{
	size_t i;

	for (i = 1; i + 1 < c->words->n_items; i++) {
		const char *word = c->words->items[i];

		if (word[0] != '-')
			return i;
		if (pending_option(command, word))
			i++;
	}
	return c->words->n_items;
}

/* Flags of the package behind "epm run REF". */
static void offer_flags(struct completion *c, const char *reference)
{
	AUTO(package) struct package *package = NULL;
	AUTO(loader) struct loader *loader = NULL;

	if (open_package(c, reference, &package, &loader) < 0)
		return;
	offer_params(c, &loader->params, "--");
	offer(c, "--help");
}

static void complete(struct completion *c)
{
	size_t n = c->words->n_items, argument;
	const struct cmd *cmd;
	const struct cli_option *option;

	if (n <= 1) {
		offer_commands(c);
		return;
	}
	cmd = cmd_find(c->words->items[0]);
	if (!cmd) {
		if (!strcmp(c->words->items[0], "help"))
			offer_commands(c);
		return;
	}
	argument = first_argument(c, &cmd->cli);
	option = pending_option(&cmd->cli, c->words->items[n - 2]);
	if (option && n - 2 > 0 && (argument == n || !cmd->cli.stops_at_argument))
		offer_kind(c, option->words, option->choices);
	else if (cmd->cli.stops_at_argument && argument + 1 < n)
		offer_flags(c, c->words->items[argument]);
	else if (c->current[0] == '-')
		offer_options(c, &cmd->cli);
	else if (cmd->cli.actions && argument == n)
		offer_choices(c, cmd->cli.actions);
	else
		offer_kind(c, cmd->cli.words, NULL);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	struct cli_args words = *args;
	struct completion c = { .env = env, .words = &words, .out = STR_MAX(LIMIT_TEXT) };
	int rc;

	c.current = words.n_items ? words.items[words.n_items - 1] : "";
	for (; words.n_items > 1 && words.items[0][0] == '-'; words.n_items--)
		words.items++; /* "epm -v COMMAND …" */
	complete(&c);
	rc = cmd_print(&c.out, err);
	str_done(&c.out);
	return rc;
}

const struct cmd cmd_complete = {
	.cli = { .name = "__complete",
		 .synopsis = "-- WORD…",
		 .summary = "words that could stand here, for the completion of a shell",
		 .max_args = SIZE_MAX },
	.is_hidden = true,
	.settings_size = sizeof(struct cli_common),
	.run = run,
};
