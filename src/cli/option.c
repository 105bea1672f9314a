// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cli/option.h"

#include "base/alloc.h"

const struct cli_option cli_common_options[] = {
	{ "help", 'h', CLI_FLAG, offsetof(struct cli_common, wants_help), NULL, "show this help",
	  CLI_WORDS_NONE, NULL, 0 },
	{ "quiet", 'q', CLI_FLAG, offsetof(struct cli_common, is_quiet), NULL,
	  "print errors and the result only", CLI_WORDS_NONE, NULL, 0 },
	{ "verbose", 'v', CLI_FLAG, offsetof(struct cli_common, n_verbose), NULL,
	  "say what is done and why", CLI_WORDS_NONE, NULL, 0 },
	{ "version", 'V', CLI_FLAG, offsetof(struct cli_common, wants_version), NULL,
	  "print the version", CLI_WORDS_NONE, NULL, 0 },
};
const size_t cli_n_common_options = ARRAY_SIZE(cli_common_options);

#define ACTIONS_MAX 16 /* of one command */

struct parse {
	const struct cli_command *command;
	char *settings;
	int argc;
	char **argv;
	int next; /* index of the next word */
	struct err *err;
};

static const struct cli_option *option_at(const struct cli_command *command, size_t i)
{
	if (i < command->n_options)
		return &command->options[i];
	i -= command->n_options;
	return i < cli_n_common_options ? &cli_common_options[i] : NULL;
}

static const struct cli_option *find_long(const struct cli_command *command, struct span name)
{
	const struct cli_option *o;

	for (size_t i = 0; (o = option_at(command, i)); i++)
		if (span_is(name, o->name))
			return o;
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *command, char letter)
{
	const struct cli_option *o;

	for (size_t i = 0; (o = option_at(command, i)); i++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static int unknown(struct parse *p, const char *word)
{
	AUTO(free) const char **names = NULL;
	AUTO(free) char *clean = text_printable(word, strlen(word));
	const struct cli_option *o;
	const char *nearest;
	size_t n = 0;

	err_set(p->err, EC_USAGE, "%s: unknown option '%s'", p->command->name, clean);
	names = mem_array(p->command->n_options + cli_n_common_options, sizeof(*names));
	for (size_t i = 0; (o = option_at(p->command, i)); i++)
		names[n++] = o->name;
	nearest = text_starts(word, "--") ? text_nearest(word + 2, names, n) : NULL;
	if (nearest)
		return err_hint(p->err, "did you mean --%s?", nearest);
	return err_hint(p->err, "see 'epm %s --help'", p->command->name);
}

static bool is_choice(const char *choices, const char *value)
{
	size_t len;

	for (const char *c = choices; *c; c += len + (c[len] == ' ')) {
		len = strcspn(c, " ");
		if (span_is((struct span){ c, len }, value))
			return true;
	}
	return false;
}

static void list_add(struct cli_list *list, const char *value)
{
	ARRAY_ROOM(list->items, list->n_items, list->cap);
	list->items[list->n_items++] = value;
}

static int store_value(struct parse *p, const struct cli_option *o, const char *value)
{
	char *place = p->settings + o->offset;
	char what[80];

	snprintf(what, sizeof(what), "--%s", o->name);
	if (o->choices && !is_choice(o->choices, value))
		return err_set(p->err, EC_USAGE, "--%s: '%s' is none of: %s", o->name, value,
			       o->choices);
	switch (o->kind) {
	case CLI_TEXT:
		*(const char **)place = value;
		return 0;
	case CLI_LIST:
		list_add((struct cli_list *)place, value);
		return 0;
	case CLI_NUMBER:
		return text_number(span_of(value), o->max ? o->max : UINT64_MAX, what,
				   (uint64_t *)place, p->err);
	case CLI_DURATION:
		if (cli_duration(value, (uint64_t *)place, p->err) < 0)
			return err_wrap(p->err, "--%s", o->name);
		return 0;
	case CLI_FLAG:
		break;
	}
	return err_set(p->err, EC_USAGE, "--%s takes no value", o->name);
}

static void set_flag(struct parse *p, const struct cli_option *o)
{
	if (o->offset == offsetof(struct cli_common, n_verbose))
		((struct cli_common *)p->settings)->n_verbose++;
	else
		*(bool *)(p->settings + o->offset) = true;
}

static int next_value(struct parse *p, const struct cli_option *o, const char **out)
{
	if (p->next >= p->argc)
		return err_set(p->err, EC_USAGE, "--%s needs %s", o->name, o->value);
	*out = p->argv[p->next++];
	return 0;
}

static int parse_long(struct parse *p, const char *word)
{
	struct span name = { word + 2, strcspn(word + 2, "=") };
	const struct cli_option *o = find_long(p->command, name);
	const char *value = NULL;

	if (!o)
		return unknown(p, word);
	if (name.data[name.len] == '=')
		return store_value(p, o, name.data + name.len + 1);
	if (o->kind == CLI_FLAG) {
		set_flag(p, o);
		return 0;
	}
	return next_value(p, o, &value) < 0 ? -1 : store_value(p, o, value);
}

static int parse_letters(struct parse *p, const char *word)
{
	const struct cli_option *o;
	const char *value;

	for (const char *letter = word + 1; *letter; letter++) {
		o = find_letter(p->command, *letter);
		if (!o)
			return unknown(p, word);
		if (o->kind == CLI_FLAG) {
			set_flag(p, o);
			continue;
		}
		value = letter + 1;
		if (!*value && next_value(p, o, &value) < 0)
			return -1;
		return store_value(p, o, value);
	}
	return 0;
}

static int check_count(struct parse *p, const struct cli_args *args)
{
	const struct cli_command *c = p->command;

	if (args->n_items < c->min_args)
		err_set(p->err, EC_USAGE, "%s: an argument is missing", c->name);
	else if (args->n_items > c->max_args)
		err_set(p->err, EC_USAGE, "%s: unexpected argument '%s'", c->name,
			args->items[c->max_args]);
	else
		return 0;
	return err_hint(p->err, "usage: epm %s %s", c->name, c->synopsis);
}

/* The first argument of a command that has actions. */
static int check_action(struct parse *p, const char *word)
{
	const struct cli_command *c = p->command;
	AUTO(free) char *copy = mem_text(c->actions);
	const char *actions[ACTIONS_MAX], *nearest;
	size_t n = 0;

	for (char *at = copy; *at && n < ACTIONS_MAX; n++) {
		actions[n] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = '\0';
		if (!strcmp(actions[n], word))
			return 0;
	}
	err_set(p->err, EC_USAGE, "%s: there is no '%s %s'", c->name, c->name, word);
	nearest = text_nearest(word, actions, n);
	if (nearest)
		return err_hint(p->err, "did you mean 'epm %s %s'?", c->name, nearest);
	return err_hint(p->err, "usage: epm %s %s", c->name, c->synopsis);
}

static int check_arguments(struct parse *p, const struct cli_args *args)
{
	if (p->command->actions && args->n_items && check_action(p, args->items[0]) < 0)
		return -1;
	return check_count(p, args);
}

static int parse_words(struct parse *p, struct cli_args *args)
{
	const char *word;
	bool is_open = true; /* options may still come */
	int rc;

	while (p->next < p->argc) {
		word = p->argv[p->next++];
		if (!is_open || word[0] != '-' || word[1] == '\0') {
			args->items[args->n_items++] = word;
			is_open = is_open && !p->command->stops_at_argument;
			continue;
		}
		if (!strcmp(word, "--")) {
			is_open = false;
			continue;
		}
		rc = word[1] == '-' ? parse_long(p, word) : parse_letters(p, word);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int cli_parse(const struct cli_command *command, int argc, char **argv, void *settings,
	      struct cli_args *args, struct err *err)
{
	struct parse p = { command, settings, argc, argv, 0, err };
	struct cli_common *common = settings;

	args->items = mem_array(argc + 1, sizeof(*args->items));
	args->n_items = 0;
	if (parse_words(&p, args) < 0)
		return -1;
	return common->wants_help || common->wants_version ? 0 : check_arguments(&p, args);
}

void cli_args_done(struct cli_args *args)
{
	free(args->items);
	args->items = NULL;
	args->n_items = 0;
}

void cli_list_done(struct cli_list *list)
{
	free(list->items);
	list->items = NULL;
	list->n_items = list->cap = 0;
}

int cli_duration(const char *text, uint64_t *out_ns, struct err *err)
{
	static const struct {
		const char *suffix;
		uint64_t ns;
	} units[] = { { "", 1000000000ull },
		      { "s", 1000000000ull },
		      { "ms", 1000000ull },
		      { "us", 1000ull },
		      { "ns", 1ull },
		      { "m", 60 * 1000000000ull },
		      { "h", 3600 * 1000000000ull } };
	struct span digits = { text, strspn(text, "0123456789") };
	const char *suffix = digits.data + digits.len;
	uint64_t value, scale = 1;

	if (text_number(digits, UINT64_MAX / 1000, "duration", &value, err) < 0)
		return err_set(err, EC_USAGE, "'%s' is not a duration such as 5s, 1.5s or 250ms",
			       text);
	if (*suffix == '.') /* up to three decimals */
		for (suffix++; *suffix >= '0' && *suffix <= '9' && scale < 1000; suffix++) {
			value = value * 10 + *suffix - '0';
			scale *= 10;
		}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(suffix, units[i].suffix))
			continue;
		if (value / scale > UINT64_MAX / 2000 / units[i].ns)
			return err_set(err, EC_USAGE, "'%s' is too long a duration", text);
		*out_ns = value * units[i].ns / scale;
		return 0;
	}
	return err_set(err, EC_USAGE, "'%s' is not a duration such as 5s, 1.5s or 250ms", text);
}
