// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_DECLARATION_H
#define EPM_BUILD_DECLARATION_H

/*
 * The declarations at file scope of a source, found among its tokens without a grammar of C: what
 * is a function, a variable, a struct; its name, SEC(), body and documentation comments. Ranges are
 * indices of tokens, the end not included.
 */
#include "build/lexer.h"

struct token_range {
	size_t start;
	size_t end;
};

enum declaration_kind {
	DECLARATION_OTHER,
	DECLARATION_VARIABLE,
	DECLARATION_FUNCTION,
	DECLARATION_STRUCT, /* a struct or union with members, and nothing declared of it */
};

struct declaration {
	enum declaration_kind kind;
	struct span name;     /* of STRUCT: its tag, else its typedef's name; may be empty */
	struct span section;  /* of SEC("…"), without quotes; empty: none */
	bool is_typedef_name; /* STRUCT: it has no tag, the name is a typedef's */
	bool is_union;
	struct token_range docs;       /* TOKEN_DOC tokens right before it */
	struct token_range all;	       /* without the docs */
	struct token_range members;    /* between the braces of a struct */
	struct token_range parameters; /* between the parentheses of a function */
	struct token_range body;       /* between the braces of a function */
};

struct declarations {
	struct declaration *items;
	size_t n_items;
	size_t cap;
};

/* Never fails: what cannot be understood is DECLARATION_OTHER. */
void declarations_find(const struct source_file *file, struct declarations *out);
void declarations_done(struct declarations *declarations);
AUTO_STRUCT(declarations, struct declarations, declarations_done);

/* Index of the bracket that closes the one at `open`, or that of TOKEN_END. */
size_t token_closing(const struct source_file *file, size_t open);

#endif
