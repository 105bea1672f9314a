// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/json.h"
#include "build/comment.h"

/* A documentation comment; the first byte chooses what it stands before. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_file file = { .path = "x" };
	size_t n_docs = 0;
	struct err err = { 0 };
	json_t *tags;

	if (size == 0 || size > 65536 ||
	    lexer_run((struct span){ (const char *)data + 1, size - 1 }, "x", &file.tokens,
		      &file.n_tokens, &err) < 0)
		return 0;
	while (file.tokens[n_docs].kind == TOKEN_DOC)
		n_docs++;
	if (comment_tags(&file, 0, n_docs, *data % (NOTE_LICENSE + 1), &tags, &err) == 0) {
		if (!json_is_object(tags))
			abort();
		json_decref(tags);
	} else if (err.code != EC_CORRUPT) {
		abort();
	}
	free(file.tokens);
	return 0;
}
