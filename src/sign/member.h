// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_MEMBER_H
#define EPM_SIGN_MEMBER_H

/*
 * Readers for JSON that was made from protobuf messages ("ProtoJSON Format" of protobuf): bytes are
 * base64, 64-bit numbers are strings, null is the same as absent. They go with those of base/json.h
 * and fail likewise: CORRUPT "PATH: …".
 */
#include "base/json.h"
#include "base/str.h"

/*
 * As js_parse(), of a text that holds at most LIMIT_SIGNED_VALUES values: what jansson takes for one
 * is 30 times its two bytes. The document of a signature has few, its large parts are base64.
 */
int sign_parse_json(struct span text, const char *what, json_t **out, struct err *err) MUST_CHECK;

/* "PATH: why"; CORRUPT. Always -1. */
int sign_bad(const struct js_at *at, struct err *err, const char *fmt, ...) PRINTF(3, 4);

/* Refuse members whose name is not in the list, which ends with NULL. at is an object. */
int sign_only_members(const struct js_at *at, const char *const *names, struct err *err) MUST_CHECK;

/*
 * The bytes of a base64 string, at most max. *out is an empty str (its maximum is set here) and
 * stays empty when the member is absent; need fails then, and when there are no bytes.
 */
int sign_get_bytes(const struct js_at *at, const char *name, size_t max, struct str *out,
		   struct err *err) MUST_CHECK;
int sign_need_bytes(const struct js_at *at, const char *name, size_t max, struct str *out,
		    struct err *err) MUST_CHECK;

/* A number from 0 to 2^63 - 1, as a string or as a number; *out stays when it is absent. */
int sign_get_int64(const struct js_at *at, const char *name, uint64_t *out,
		   struct err *err) MUST_CHECK;

/* As js_get_array(), with at most max elements. *out_n is 0 when it is absent. */
int sign_get_array(const struct js_at *at, const char *name, size_t max, struct js_at *out,
		   size_t *out_n, struct err *err) MUST_CHECK;

/* An object that has to be there. */
int sign_need_object(const struct js_at *at, const char *name, struct js_at *out,
		     struct err *err) MUST_CHECK;

/* For writing: base64 of bytes as a string, of at most LIMIT_SIGNED of them. The caller owns it. */
json_t *sign_base64_json(const void *data, size_t size);

/* A copy of a text that has to be there; the caller frees it. */
int sign_need_copy(const struct js_at *at, const char *name, char **out,
		   struct err *err) MUST_CHECK;

#endif
