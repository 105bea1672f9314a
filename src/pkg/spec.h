// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_SPEC_H
#define EPM_PKG_SPEC_H

/*
 * epm.yaml, the optional description of a project:
 *
 *	name: opensnoop			# default: the source's or the folder's name
 *	version: "1.0"
 *	description: Trace open() calls
 *	licenses: GPL-2.0-only		# SPDX
 *	source: https://…
 *	authors: [A <a@example.org>]	# or one text
 *	sources: [opensnoop.bpf.c]	# relative to this file; default: all *.bpf.c
 *	cflags: [-DDEBUG]
 *	flags:				# as @cmdarg before the variable would say it
 *	  pid_target: {short: p, long: pid, help: …, default: 0}
 */
#include <jansson.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

#define SPEC_FILE "epm.yaml"

struct spec {
	char *name; /* all texts: or NULL */
	char *version;
	char *description;
	char *licenses;
	char *source;
	char *authors; /* several joined by ", " */
	char **sources;
	size_t n_sources;
	char **cflags;
	size_t n_cflags;
	json_t *flags; /* object of objects, or NULL */
};

void spec_free(struct spec *spec);
AUTO_POINTER(spec, struct spec, spec_free);

/*
 * `what` names the file in errors. CORRUPT for wrong types, a name that cannot be one, a source
 * that leaves the folder. `warnings` takes a sentence a line for each unknown key, with the nearest
 * one; NULL: not wanted.
 */
int spec_parse(struct span text, const char *what, struct spec **out, struct str *warnings,
	       struct err *err) MUST_CHECK;

#endif
