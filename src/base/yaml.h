// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_YAML_H
#define EPM_BASE_YAML_H

/*
 * YAML as JSON. Read through libyaml's event interface: one document, no aliases, no tags, keys are
 * strings and unique, at most LIMIT_JSON_DEPTH levels and LIMIT_YAML_NODES nodes; plain scalars by
 * the YAML 1.2 core schema (null, true, false, integers with 0x and 0o, floats; `no` stays text).
 */
#include <jansson.h>

#include "base/err.h"
#include "base/str.h"

/* CORRUPT "what:LINE:COLUMN: …". The caller owns *out. */
int yaml_read(const char *text, size_t len, const char *what, json_t **out,
	      struct err *err) MUST_CHECK;

/* Block style, keys in the order they stand; strings are quoted where YAML 1.1 or 1.2 needs it. */
int yaml_write(const json_t *value, struct str *out, struct err *err) MUST_CHECK;

#endif
