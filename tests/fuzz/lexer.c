// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "build/declaration.h"
#include "build/export.h"

/* A source: tokens inside of it and in order, declarations, notes, and what is exported. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct source_file file = { .path = "x" };
	struct source_files files = { .files = &file, .n_files = 1 };
	AUTO(notes) struct notes notes = { 0 };
	struct err err = { 0 };

	if (size > 8192)
		return 0;
	if (lexer_run(text, "x", &file.tokens, &file.n_tokens, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	for (size_t i = 0; i + 1 < file.n_tokens; i++)
		if (file.tokens[i].text.data < text.data ||
		    file.tokens[i].text.data + file.tokens[i].text.len > text.data + size)
			abort();
	if (notes_read(&files, &notes, &err) == 0) {
		AUTO(exports) struct exports exports = { 0 };
		AUTO(exports) struct exports with_header = { 0 };

		if (exports_find(&files, &notes, NULL, &exports, &err) < 0 ||
		    exports_find(&files, &notes, "x", &with_header, &err) < 0)
			if (err.code != EC_FAILED)
				abort();
	}
	free(file.tokens);
	return 0;
}
