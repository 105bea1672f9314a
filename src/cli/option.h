// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CLI_OPTION_H
#define EPM_CLI_OPTION_H

/*
 * Option tables. A command is described once, by constant tables, and parsing, --help, completion
 * and the test of the manual read the same description. Parsing fills a plain struct of settings by
 * offset; settings start as zero bytes and hold borrowed pieces of argv.
 *
 * Options may stand before and after arguments ("epm ls --json" and "epm --json ls" are not the
 * same: only -h, -q, -v and --version stand before the command), "--" ends them, "--name=value" and
 * "-xvalue" work, flags may be joined ("-qv"), and an unambiguous beginning of a long name does not
 * count as the name.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum cli_kind {
	CLI_FLAG,     /* bool */
	CLI_TEXT,     /* const char * */
	CLI_LIST,     /* struct cli_list; may be given several times */
	CLI_NUMBER,   /* uint64_t, up to .max */
	CLI_DURATION, /* uint64_t, nanoseconds: "5", "5s", "250ms", "2m", "1h"; plain is seconds */
};

/* What the shell may offer for a value or an argument. */
enum cli_words {
	CLI_WORDS_NONE,
	CLI_WORDS_FILE,
	CLI_WORDS_DIR,
	CLI_WORDS_REF, /* names in the store */
	CLI_WORDS_REF_OR_FILE,
	CLI_WORDS_COMMAND,
	CLI_WORDS_LIST,	   /* .choices, separated by blanks */
	CLI_WORDS_KERNEL,  /* files, and "host" */
	CLI_WORDS_ARCH,	   /* machine types */
	CLI_WORDS_PROGRAM, /* of the packages that stand before it */
	CLI_WORDS_FLAG,	   /* the same, without dashes */
};

struct cli_list {
	const char **items;
	size_t n_items;
	size_t cap;
};

struct cli_option {
	const char *name; /* long, without dashes */
	char letter;	  /* short, or 0 */
	enum cli_kind kind;
	size_t offset;	   /* in the settings */
	const char *value; /* "FILE" in the help; NULL for flags */
	const char *help;  /* one sentence without a full stop */
	enum cli_words words;
	const char *choices; /* for CLI_WORDS_LIST: the only values allowed */
	uint64_t max;	     /* CLI_NUMBER; 0: no bound but uint64_t's */
};

struct cli_command {
	const char *name;
	const char *synopsis; /* what follows the name: "[OPTIONS] REF…" */
	const char *summary;  /* one line, no full stop, for the list of commands */
	const char *details;  /* paragraphs for --help, or NULL */
	const struct cli_option *options;
	size_t n_options;
	const char *actions;  /* the first argument is one of these, separated by blanks; or NULL */
	enum cli_words words; /* of the arguments, behind the action */
	size_t min_args;
	size_t max_args;	/* SIZE_MAX: any number */
	bool stops_at_argument; /* options after the first argument are left alone (epm run) */
};

/* Settings every command has; the first member of each command's own. */
struct cli_common {
	bool wants_help;
	bool wants_version;
	bool is_quiet;
	uint64_t n_verbose; /* counted: -v, -vv */
};

extern const struct cli_option cli_common_options[];
extern const size_t cli_n_common_options;

struct cli_args {
	const char **items;
	size_t n_items;
};

/*
 * Parse what follows the command's name. args->items is allocated (cli_args_done frees it); its
 * strings and those in the settings are argv's. USAGE, with the nearest option in the hint. When
 * --help or --version is among the options the number of arguments is not checked.
 */
int cli_parse(const struct cli_command *command, int argc, char **argv, void *settings,
	      struct cli_args *args, struct err *err) MUST_CHECK;

void cli_args_done(struct cli_args *args);
AUTO_STRUCT(cli_args, struct cli_args, cli_args_done);
void cli_list_done(struct cli_list *list);
AUTO_STRUCT(cli_list, struct cli_list, cli_list_done);

void cli_help(const struct cli_command *command, struct str *out);

/* Parses "250ms" and the like, see CLI_DURATION. USAGE. */
int cli_duration(const char *text, uint64_t *out_ns, struct err *err) MUST_CHECK;

/* Print names and descriptions in two columns, wrapped to 80. */
void cli_help_row(struct str *out, const char *left, const char *right);

#endif
