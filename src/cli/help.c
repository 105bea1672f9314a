// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/utf8.h"
#include "cli/option.h"

#define LEFT_COLUMN 26
#define LINE_WIDTH 80

/* Break at blanks so that no line passes LINE_WIDTH; `indent` blanks before all but the first. */
static void add_wrapped(struct str *out, const char *text, size_t indent)
{
	size_t room = LINE_WIDTH - indent, used = 0, len, width;

	while (*text) {
		len = strcspn(text, " \n");
		width = utf8_width(text, len);
		if (used && used + 1 + width > room) {
			str_addf(out, "\n%*s", (int)indent, "");
			used = 0;
		}
		if (used)
			str_addc(out, ' ');
		str_add(out, text, len);
		used += width + (used ? 1 : 0);
		text += len;
		if (*text == '\n') {
			str_addf(out, "\n%*s", text[1] && text[1] != '\n' ? (int)indent : 0, "");
			used = 0;
			text++;
		} else if (*text == ' ') {
			text++;
		}
	}
	str_addc(out, '\n');
}

void cli_help_row(struct str *out, const char *left, const char *right)
{
	size_t width = utf8_width(left, strlen(left));

	str_addf(out, "  %s", left);
	if (width + 2 >= LEFT_COLUMN)
		str_addf(out, "\n%*s", LEFT_COLUMN, "");
	else
		str_addf(out, "%*s", (int)(LEFT_COLUMN - 2 - width), "");
	add_wrapped(out, right, LEFT_COLUMN);
}

static void add_option(struct str *out, const struct cli_option *o)
{
	AUTO(free) char *left = NULL;
	AUTO(free) char *help = NULL;
	char letter[8] = "    ";

	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	left = mem_printf("%s--%s%s%s", letter, o->name, o->value ? " " : "",
			  o->value ? o->value : "");
	help = o->choices ? mem_printf("%s: %s", o->help, o->choices) : mem_text(o->help);
	cli_help_row(out, left, help);
}

void cli_help(const struct cli_command *command, struct str *out)
{
	str_addf(out, "Usage: epm %s %s\n\n", command->name, command->synopsis);
	add_wrapped(out, command->summary, 0);
	if (command->details) {
		str_addc(out, '\n');
		add_wrapped(out, command->details, 0);
	}
	str_adds(out, "\nOptions:\n");
	for (size_t i = 0; i < command->n_options; i++)
		add_option(out, &command->options[i]);
	for (size_t i = 0; i < cli_n_common_options; i++)
		add_option(out, &cli_common_options[i]);
}
