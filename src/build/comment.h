// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_COMMENT_H
#define EPM_BUILD_COMMENT_H

/* The text of documentation comments, and the tags in it. */
#include "build/note.h"

/*
 * Tags of the comment tokens from start to end (not included), as one comment. *out is an object
 * the caller owns: "description" is the text before the first tag or of @description. CORRUPT
 * "file:line:column: …" for JSON that is damaged, a tag that is there twice, a value of the wrong
 * kind.
 */
int comment_tags(const struct source_file *file, size_t start, size_t end, enum note_kind kind,
		 json_t **out, struct err *err) MUST_CHECK;

#endif
