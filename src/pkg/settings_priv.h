// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_SETTINGS_PRIV_H
#define EPM_PKG_SETTINGS_PRIV_H

/* Between the files of settings. */
#include "pkg/settings.h"

/* settings_parse() for a document. */
int settings_take(struct settings *s, json_t *json, const char *what, enum settings_origin origin,
		  struct err *err) MUST_CHECK;

#endif
