// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/param.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "btf/type.h"
#include "btf/value.h"

static bool same_name(const char *a, struct span b)
{
	size_t i;

	for (i = 0; i < b.len && a[i]; i++)
		if ((a[i] == '-' ? '_' : a[i]) != (b.data[i] == '-' ? '_' : b.data[i]))
			return false;
	return i == b.len && !a[i];
}

static struct param *find(const struct params *params, struct span name)
{
	for (size_t i = 0; i < params->n_items; i++)
		if (same_name(params->items[i].name, name))
			return &params->items[i];
	return NULL;
}

bool params_know(const struct params *params, const char *text)
{
	struct span name = { text, strcspn(text, "=") };
	const struct param *param = find(params, name);

	if (param || !span_starts(name, "no-") || text[name.len] == '=')
		return param;
	param = find(params, (struct span){ name.data + 3, name.len - 3 });
	return param && param->is_bool;
}

static struct param *find_letter(const struct params *params, char letter)
{
	for (size_t i = 0; i < params->n_items; i++)
		if (params->items[i].letter == letter)
			return &params->items[i];
	return NULL;
}

static int set_json(struct params *params, struct param *param, const json_t *json, struct err *err)
{
	if (value_from_json(params->btf, param->type_id, json, param->value, err) < 0) {
		err->code = EC_CORRUPT;
		return err_wrap(err, "configuration: variable %s", param->variable);
	}
	param->is_set = true;
	return 0;
}

static int take_wishes(struct params *params, struct param *param,
		       const struct config_variable *wish, struct err *err)
{
	const struct config_cmdarg *cmdarg = &wish->cmdarg;

	if (wish->description)
		param->help = mem_text(wish->description);
	if (wish->has_cmdarg && cmdarg->long_name && *cmdarg->long_name)
		param->name = cmdarg->long_name;
	if (wish->has_cmdarg && cmdarg->help) {
		free(param->help);
		param->help = mem_text(cmdarg->help);
	}
	if (wish->has_cmdarg && cmdarg->short_name && cmdarg->short_name[0] &&
	    !cmdarg->short_name[1] && isalnum((unsigned char)cmdarg->short_name[0]) &&
	    cmdarg->short_name[0] != 'h' && !find_letter(params, cmdarg->short_name[0]))
		param->letter = cmdarg->short_name[0];
	if (wish->value && set_json(params, param, wish->value, err) < 0)
		return -1;
	if (wish->has_cmdarg && cmdarg->default_value &&
	    set_json(params, param, cmdarg->default_value, err) < 0)
		return -1;
	return 0;
}

static int add(struct params *params, const struct variable *variable, const struct config *config,
	       struct err *err)
{
	struct param *param = &params->items[params->n_items];
	const struct config_variable *wish =
		config ? config_find_variable(config, NULL, variable->name) : NULL;
	struct type_info info;

	if (!value_is_settable(params->btf, variable->type_id) || !variable_is_flag(variable))
		return 0;
	if (type_describe(params->btf, variable->type_id, &info, err) < 0)
		return -1;
	*param = (struct param){
		.name = variable->name,
		.variable = variable->name,
		.is_bool = info.shape == TYPE_BOOL,
		.type = type_spelling(params->btf, variable->type_id),
		.type_id = variable->type_id,
		.place = variable,
		.value = mem_alloc(variable->size),
	};
	if (variable->initial)
		memcpy(param->value, variable->initial, variable->size);
	params->n_items++;
	if (wish && take_wishes(params, param, wish, err) < 0)
		return -1;
	param->initial = value_to_text(params->btf, param->type_id, param->value);
	return 0;
}

int params_new(const struct btf *btf, const struct variables *variables,
	       const struct config *config, struct params *out, struct err *err)
{
	AUTO(params) struct params params = { .btf = btf };

	if (variables->n_items > LIMIT_FLAGS)
		return err_set(err, EC_CORRUPT, "more than %d global variables", LIMIT_FLAGS);
	params.items = mem_array(variables->n_items, sizeof(*params.items));
	for (size_t i = 0; i < variables->n_items; i++)
		if (add(&params, &variables->items[i], config, err) < 0)
			return -1;
	*out = params;
	params = (struct params){ 0 };
	return 0;
}

void params_done(struct params *params)
{
	for (size_t i = 0; i < params->n_items; i++) {
		free(params->items[i].help);
		free(params->items[i].type);
		free(params->items[i].initial);
		free(params->items[i].value);
	}
	free(params->items);
	params->items = NULL;
	params->n_items = 0;
}

struct parse {
	struct params *params;
	const char *const *args;
	size_t n_args;
	size_t next;
	bool *wants_help;
	struct err *err;
};

static int set_text(struct parse *p, struct param *param, const char *text)
{
	if (value_from_text(p->params->btf, param->type_id, text, param->value, p->err) < 0)
		return err_wrap(p->err, "--%s", param->name);
	param->is_set = true;
	return 0;
}

static int set_next(struct parse *p, struct param *param)
{
	if (param->is_bool)
		return set_text(p, param, "true");
	if (p->next == p->n_args)
		return err_set(p->err, EC_USAGE, "--%s needs a value (%s)", param->name,
			       param->type);
	return set_text(p, param, p->args[p->next++]);
}

static int unknown(struct parse *p, const char *word)
{
	AUTO(free) const char **names = mem_array(p->params->n_items, sizeof(*names));
	AUTO(free) char *clean = text_printable(word, strlen(word));
	const char *nearest = NULL;

	for (size_t i = 0; i < p->params->n_items; i++)
		names[i] = p->params->items[i].name;
	err_set(p->err, EC_USAGE, "this package has no flag '%s'", clean);
	if (text_starts(word, "--"))
		nearest = text_nearest(word + 2, names, p->params->n_items);
	if (nearest)
		return err_hint(p->err, "did you mean --%s?", nearest);
	return err_hint(p->err,
			"--help after the name shows its flags; options of epm stand before "
			"it");
}

static int parse_long(struct parse *p, const char *word)
{
	struct span name = { word + 2, strcspn(word + 2, "=") };
	bool has_value = name.data[name.len] == '=';
	struct param *param = find(p->params, name);

	if (param && has_value)
		return set_text(p, param, name.data + name.len + 1);
	if (param)
		return set_next(p, param);
	if (span_is(name, "help") && !has_value) {
		*p->wants_help = true;
		return 0;
	}
	if (span_starts(name, "no-") && !has_value) {
		param = find(p->params, (struct span){ name.data + 3, name.len - 3 });
		if (param && param->is_bool)
			return set_text(p, param, "false");
	}
	return unknown(p, word);
}

static int parse_letter(struct parse *p, const char *word)
{
	struct param *param = find_letter(p->params, word[1]);

	if (!param && word[1] == 'h' && !word[2]) {
		*p->wants_help = true;
		return 0;
	}
	if (!param)
		return unknown(p, word);
	if (!word[2])
		return set_next(p, param);
	if (param->is_bool)
		return unknown(p, word);
	return set_text(p, param, word + 2);
}

int params_parse(struct params *params, size_t n_args, const char *const *args, bool *wants_help,
		 struct err *err)
{
	struct parse p = { params, args, n_args, 0, wants_help, err };
	const char *word;
	int rc = 0;

	while (p.next < n_args && rc == 0) {
		word = args[p.next++];
		if (word[0] != '-' || !word[1])
			return err_set(err, EC_USAGE,
				       "unexpected argument '%s': a package takes flags only",
				       word);
		rc = word[1] == '-' ? parse_long(&p, word) : parse_letter(&p, word);
	}
	return rc;
}

/* Where the second column of the help begins, and where lines end. */
#define HELP_COLUMN 28
#define HELP_WIDTH 80

static void add_wrapped(struct str *out, const char *text, size_t indent)
{
	size_t used = 0, len;

	while (*text) {
		len = strcspn(text, " \n");
		if (used && indent + used + 1 + len > HELP_WIDTH) {
			str_addf(out, "\n%*s", (int)indent, "");
			used = 0;
		}
		str_addf(out, "%s%.*s", used ? " " : "", (int)len, text);
		used += len + (used ? 1 : 0);
		text += len;
		text += *text != '\0';
	}
	str_addc(out, '\n');
}

static void add_flag(struct str *out, const struct param *param)
{
	AUTO(str) struct str left = STR_MAX(512);
	AUTO(str) struct str right = STR_MAX(LIMIT_TEXT);
	AUTO(free) char *clean = NULL;
	AUTO(free) char *name = text_printable(param->name, strlen(param->name));

	if (param->letter)
		str_addf(&left, "  -%c, ", param->letter);
	else
		str_adds(&left, "      ");
	str_addf(&left, "--%s", name);
	if (!param->is_bool)
		str_addf(&left, " %s", strchr(param->type, '[') ? "VALUE" : param->type);
	str_adds(&right, param->help ? param->help : "");
	if (!param->help)
		str_addf(&right, "set %s (%s)", param->variable, param->type);
	str_addf(&right, " [default: %s]", *param->initial ? param->initial : "\"\"");
	str_adds(out, str_text(&left));
	if (left.len + 2 > HELP_COLUMN)
		str_addf(out, "\n%*s", HELP_COLUMN, "");
	else
		str_addf(out, "%*s", (int)(HELP_COLUMN - left.len), "");
	clean = text_printable(str_text(&right), right.len);
	add_wrapped(out, clean, HELP_COLUMN);
}

static void add_paragraph(struct str *out, const char *text)
{
	AUTO(free) char *line = NULL;
	AUTO(free) char *clean = NULL;

	if (!text || !*text)
		return;
	/* a line break of a comment is not one of the text */
	line = mem_text(text);
	for (char *c = line; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	clean = text_printable(line, strlen(line));
	str_addc(out, '\n');
	add_wrapped(out, clean, 0);
}

void params_help(const struct params *params, const struct config *config, const char *name,
		 struct str *out)
{
	str_addf(out, "Usage: epm run [OPTIONS] %s%s\n", name, params->n_items ? " [FLAGS]" : "");
	if (config) {
		add_paragraph(out, config->doc.brief);
		add_paragraph(out, config->doc.description);
		add_paragraph(out, config->doc.details);
	}
	if (params->n_items)
		str_adds(out, "\nFlags of this package:\n");
	for (size_t i = 0; i < params->n_items; i++)
		add_flag(out, &params->items[i]);
	str_adds(out, "\n'epm run --help' tells about the OPTIONS of epm.\n");
}
