// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_NOTE_H
#define EPM_BUILD_NOTE_H

/*
 * What documentation comments say, by the declaration they stand before (see epm-build(1),
 * "Annotations"). A comment is a set of tags: "@name text" up to the next tag, where text that is
 * JSON is taken as JSON; what comes before the first tag is the description. Each kind of
 * declaration takes the tags it knows; others are an error with file, line and column, and the
 * nearest known one in the hint... unless they are eunomia's or Doxygen's, which are kept or left
 * out.
 */
#include "base/json.h"

#include "base/auto.h"
#include "base/err.h"
#include "base/json.h"
#include "build/lexer.h"

enum note_kind {
	NOTE_VARIABLE, /* a global variable */
	NOTE_MAP,      /* a variable in SEC(".maps") */
	NOTE_PROGRAM,  /* a function with SEC() */
	NOTE_MEMBER,   /* of a struct; owner is the struct */
	NOTE_LICENSE,  /* LICENSE, _license, __license: what is said of the whole tool */
};

struct note {
	enum note_kind kind;
	char *name;
	char *owner;	   /* NOTE_MEMBER: the struct's tag or typedef name; else NULL */
	json_t *tags;	   /* an object: tag -> text or JSON; "description" is the plain text */
	const char *path;  /* of the source; borrowed from the source files */
	unsigned int line; /* of the comment */
};

struct notes {
	struct note *items;
	size_t n_items;
	size_t cap;
};

int notes_read(const struct source_files *files, struct notes *out, struct err *err) MUST_CHECK;
void notes_done(struct notes *notes);
AUTO_STRUCT(notes, struct notes, notes_done);

/* NULL: there is none. owner is compared only where it is given. */
const struct note *notes_find(const struct notes *notes, enum note_kind kind, const char *owner,
			      const char *name);

#endif
