// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_JSON_H
#define EPM_BASE_JSON_H

/*
 * JSON over jansson: strict parsing, canonical writing, and readers that name the place in a
 * document when it is not what it should be ("manifest.layers[2].digest: expected a string").
 *
 * Parsing refuses duplicate keys, NUL bytes, invalid UTF-8, depth above LIMIT_JSON_DEPTH and
 * anything after the value. What is written has sorted keys and no spaces, so that equal content
 * gives equal digests.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"

AUTO_POINTER(json, json_t, json_decref);

/* CORRUPT "what:LINE:COLUMN: …". The caller owns *out. The text's size is the caller's to limit. */
int js_parse(const char *text, size_t len, const char *what, json_t **out,
	     struct err *err) MUST_CHECK;

char *js_dump(const json_t *value);	   /* canonical; the caller frees it */
char *js_dump_pretty(const json_t *value); /* two spaces, keys as they stand, newline at the end */

/*
 * A place in a document. Made on the stack as the reader goes down; `up` and `name` must outlive
 * it. JS_ROOT names the document.
 */
struct js_at {
	json_t *value;	  /* NULL where the member is absent */
	const char *name; /* NULL for an element of an array */
	size_t index;
	const struct js_at *up;
};

#define JS_ROOT(json, what)                     \
	(struct js_at)                          \
	{                                       \
		.value = (json), .name = (what) \
	}

struct js_at js_member(const struct js_at *at, const char *name);
struct js_at js_element(const struct js_at *at, size_t index);
char *js_path(const struct js_at *at); /* the caller frees it */

/* "PATH: expected WHAT, found an array"; CORRUPT. Always -1. */
int js_expected(const struct js_at *at, const char *what, struct err *err);

/*
 * Readers of the member `name` of the object `at`. js_need_* fail when it is absent; js_get_* leave
 * *out as it is then, also for null. A wrong type fails in both. Strings are borrowed from the
 * document and hold no NUL.
 */
int js_need_text(const struct js_at *at, const char *name, const char **out,
		 struct err *err) MUST_CHECK;
int js_get_text(const struct js_at *at, const char *name, const char **out,
		struct err *err) MUST_CHECK;
int js_need_size(const struct js_at *at, const char *name, uint64_t max, uint64_t *out,
		 struct err *err) MUST_CHECK;
int js_get_size(const struct js_at *at, const char *name, uint64_t max, uint64_t *out,
		struct err *err) MUST_CHECK;
int js_get_bool(const struct js_at *at, const char *name, bool *out, struct err *err) MUST_CHECK;

/* The member as a place whose value is an array (an object); absent and null give value NULL. */
int js_get_array(const struct js_at *at, const char *name, struct js_at *out,
		 struct err *err) MUST_CHECK;
int js_get_object(const struct js_at *at, const char *name, struct js_at *out,
		  struct err *err) MUST_CHECK;
int js_is_object(const struct js_at *at, struct err *err) MUST_CHECK;

/* All members of an object are among the words: CORRUPT with the nearest in the hint. */
int js_check_members(const struct js_at *at, const char *const *words, size_t n_words,
		     struct err *err) MUST_CHECK;

/* The C string of a text that the document guarantees is UTF-8; builders for writing. */
void js_set_text(json_t *object, const char *name, const char *text); /* NULL: left out */
void js_set_size(json_t *object, const char *name, uint64_t value);
void js_set_bool(json_t *object, const char *name, bool value);
void js_set(json_t *object, const char *name, json_t *value); /* takes value over */
void js_append(json_t *array, json_t *value);		      /* takes value over */

/* A string from bytes that may not be UTF-8: what is invalid becomes U+FFFD. */
json_t *js_text_lossy(const char *data, size_t len);

#endif
