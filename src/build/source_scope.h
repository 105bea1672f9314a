// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_SOURCE_SCOPE_H
#define EPM_BUILD_SOURCE_SCOPE_H

/*
 * The variables of one function and the types of expressions in it, as far as they can be told
 * without a grammar of C.
 */
#include "build/source_index.h"

struct scope_variable {
	struct source_variable variable;
	int parameter;	  /* its number, or -1 */
	size_t scope_end; /* index of the token its block ends with */
	/* while it is read: the block it is in, and the one before that is still visible */
	unsigned int depth;
	size_t open_before;
};

struct source_scope {
	const struct source_index *index;
	const struct source_file *file;
	const struct declaration *function;
	struct scope_variable *variables;
	size_t n_variables;
	size_t cap;
};

void source_scope_open(const struct source_index *index, const struct source_function *function,
		       struct source_scope *out);
void source_scope_done(struct source_scope *scope);
AUTO_STRUCT(source_scope, struct source_scope, source_scope_done);

/* The local variable or parameter that a name means at a token; NULL: none. */
const struct scope_variable *source_scope_find(const struct source_scope *scope, struct span name,
					       size_t at);

/*
 * The type of an expression, typedefs resolved; what is void or a number is followed to where it
 * was assigned, to the map it was looked up in, to the function that gave it. Not a record: it
 * cannot be told.
 */
struct source_type source_scope_type(const struct source_scope *scope, struct token_range range);

/* The one word of an expression, without brackets, casts and, with skip_address, '&'; or empty. */
struct span source_scope_word(const struct source_scope *scope, struct token_range range,
			      bool skip_address);

/* The type in the first sizeof of a range, also of an expression; false: there is none. */
bool source_scope_sizeof(const struct source_scope *scope, struct token_range range,
			 struct source_type *out);

/*
 * The next value that is assigned to a variable, searched from *from on, which is 0 the first time.
 * Its first value, behind the declaration, is the first.
 */
bool source_scope_value(const struct source_scope *scope, const struct scope_variable *variable,
			size_t *from, struct token_range *out);

/* The part of what stands between the brackets that open at `open`; empty range: not that many. */
struct token_range source_argument(const struct source_file *file, size_t open, int number);

#endif
