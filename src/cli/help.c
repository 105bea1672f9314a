// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/utf8.h"
#include "cli/option.h"
#include "cli/print.h"

#define LEFT_COLUMN 26
#define LINE_WIDTH 80

void cli_help_row(struct str *out, const char *left, const char *right)
{
	size_t width = utf8_width(left, strlen(left));

	str_addf(out, "  %s", left);
	if (width + 2 >= LEFT_COLUMN)
		str_addf(out, "\n%*s", LEFT_COLUMN, "");
	else
		str_addf(out, "%*s", (int)(LEFT_COLUMN - 2 - width), "");
	print_wrapped(right, LEFT_COLUMN, LINE_WIDTH, out);
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
	print_wrapped(command->summary, 0, LINE_WIDTH, out);
	if (command->details) {
		str_addc(out, '\n');
		print_wrapped(command->details, 0, LINE_WIDTH, out);
	}
	str_adds(out, "\nOptions:\n");
	for (size_t i = 0; i < command->n_options; i++)
		add_option(out, &command->options[i]);
	for (size_t i = 0; i < cli_n_common_options; i++)
		add_option(out, &cli_common_options[i]);
}
