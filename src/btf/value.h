// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_VALUE_H
#define EPM_BTF_VALUE_H

/*
 * Bytes of a BTF type from what a person or a configuration gives, and back. For flags, `value`
 * keys and map data: the slow and careful way. Events are decoded by run/plan.
 *
 * Text: integers decimal, 0x…, 0o… or 0… (octal), 0b…, with a sign where the type has one, and with
 * k, M, G (powers of 1024) or, for integers of 8 bytes, ns, us, ms, s, m, h (as nanoseconds);
 * bool true/false/yes/no/on/off/1/0; enums by name or number; char[N] as it is, cut never (longer
 * than N-1 is an error); floats; arrays of these separated by commas.
 */
#include "base/json.h"
#include <bpf/btf.h>

#include "base/err.h"
#include "base/str.h"
#include "btf/type.h"

/* Can value_from_text() set this type at all? */
bool value_is_settable(const struct btf *btf, uint32_t id);

/*
 * Fill out, which has the type's size. USAGE "'…' …" with what is allowed; out is as it was then.
 */
int value_from_text(const struct btf *btf, uint32_t id, const char *text, void *out,
		    struct err *err) MUST_CHECK;

/* The same from JSON; structs are objects (members left out stay as they are), arrays arrays. */
int value_from_json(const struct btf *btf, uint32_t id, const json_t *json, void *out,
		    struct err *err) MUST_CHECK;

/* As value_from_text() would take it: for "default: …" in a help. The caller frees it. */
char *value_to_text(const struct btf *btf, uint32_t id, const void *data);

/* For the configuration and --json. Integers above 2^53 stay numbers. The caller owns it. */
json_t *value_to_json(const struct btf *btf, uint32_t id, const void *data);

#endif
