// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_LEXER_H
#define EPM_BUILD_LEXER_H

/*
 * C source as tokens, not preprocessed: enough to find declarations, their documentation comments
 * and calls. Macros are not expanded; preprocessor lines are left out but for #include "…".
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

enum token_kind {
	TOKEN_WORD, /* identifier or keyword */
	TOKEN_NUMBER,
	TOKEN_STRING, /* with its quotes */
	TOKEN_CHARACTER,
	TOKEN_PUNCTUATION, /* one character, but "->" and "..." are whole */
	TOKEN_DOC,	   /* ///, //!, / ** or / *! with all its marks */
	TOKEN_END,	   /* the last one, once */
};

struct token {
	enum token_kind kind;
	struct span text;
	unsigned int line;   /* from 1 */
	unsigned int column; /* bytes, from 1 */
};

struct source_file {
	char *path; /* to open it by */
	struct str text;
	struct token *tokens; /* ends with TOKEN_END */
	size_t n_tokens;
	bool is_header; /* included by another */
};

struct source_files {
	struct source_file *files;
	size_t n_files;
	size_t cap;
};

/* CORRUPT "what:LINE:COLUMN: …" for a comment or string without an end, or a NUL byte. */
int lexer_run(struct span text, const char *what, struct token **out, size_t *out_n,
	      struct err *err) MUST_CHECK;

/*
 * Read the sources and, transitively, what they include by "" and is found beside the including
 * file or in one of the folders; vmlinux.h is not read. Each file is there once.
 */
int source_files_read(const char *const *paths, size_t n_paths, const char *const *folders,
		      size_t n_folders, struct source_files *out, struct err *err) MUST_CHECK;
void source_files_done(struct source_files *files);
AUTO_STRUCT(source_files, struct source_files, source_files_done);

static inline bool token_is(const struct token *token, const char *text)
{
	return token->kind != TOKEN_DOC && span_is(token->text, text);
}

#endif
