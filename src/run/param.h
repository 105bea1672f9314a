// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_PARAM_H
#define EPM_RUN_PARAM_H

/*
 * The flags of a package: its global variables as command-line options, from BTF, with names, help
 * and short letters from the configuration. What is given here is written into the object before it
 * is loaded.
 *
 * Underscores and dashes are the same in names. A bool is --name or --no-name (or --name=false). A
 * short letter that two flags want belongs to the first. `--help` and `--version` are not flags.
 */
#include <bpf/btf.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "btf/variable.h"
#include "pkg/config.h"

struct param {
	const char *name; /* long, as shown; borrowed from configuration or object */
	const char *variable;
	char letter; /* or 0 */
	bool is_bool;
	char *help;    /* or NULL */
	char *type;    /* C spelling */
	char *initial; /* default as text */
	uint32_t type_id;
	const struct variable *place;
	char *value; /* bytes of the variable as they will be loaded */
	bool is_set; /* by configuration or command line: value differs from what was compiled */
};

struct params {
	const struct btf *btf; /* borrowed, as are object and configuration */
	struct param *items;
	size_t n_items;
};

/*
 * All flags; values from the configuration ("value", "cmdarg.default") are taken over here.
 * CORRUPT where one does not fit its variable.
 */
int params_new(const struct btf *btf, const struct variables *variables,
	       const struct config *config, struct params *out, struct err *err) MUST_CHECK;
void params_done(struct params *params);
AUTO_STRUCT(params, struct params, params_done);

/* Is "NAME", "no-NAME" or "NAME=VALUE" about one of these flags? */
bool params_know(const struct params *params, const char *text);

/* USAGE with the nearest flag; *wants_help is set when -h or --help is among them. */
int params_parse(struct params *params, size_t n_args, const char *const *args, bool *wants_help,
		 struct err *err) MUST_CHECK;

/* The help of a package, as for a command. `name` is what the person typed after "epm run". */
void params_help(const struct params *params, const struct config *config, const char *name,
		 struct str *out);

#endif
