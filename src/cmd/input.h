// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_INPUT_H
#define EPM_CMD_INPUT_H

/*
 * What a person names to be run or looked at: a package in the store, package.json or .yaml, a bare
 * object (with its configuration beside it, or given), or "-" for any of these on standard input.
 * It is a file when it is "-", begins with "/", "./" or "../", or ends as such files do; the content
 * decides which kind. What begins with https:// or http:// is fetched. All else is a name in the
 * store.
 */
#include "base/err.h"
#include "pkg/package.h"

bool input_is_file(const char *text);
bool input_is_url(const char *text);

/* configuration: path of one to be used instead of the package's own, or NULL. */
int input_load(const char *home, const char *text, const char *configuration, struct package **out,
	       struct err *err) MUST_CHECK;

/*
 * What input_load() would say of a configuration (or NULL) that cannot be read; before it, since
 * its NOT_FOUND may be that of the package as well.
 */
int input_has_configuration(const char *configuration, struct err *err) MUST_CHECK;

/* Replace the package's own configuration; NULL: it stays. */
int input_configure(struct package *package, const char *configuration, struct err *err) MUST_CHECK;

/* The same of bytes that were fetched, which are taken over also on failure. */
int input_load_bytes(const char *url, struct str *bytes, const char *configuration,
		     struct package **out, struct err *err) MUST_CHECK;

#endif
