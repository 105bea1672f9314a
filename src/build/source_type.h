// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_SOURCE_TYPE_H
#define EPM_BUILD_SOURCE_TYPE_H

/*
 * Types as C source spells them, read from tokens without a grammar of C: the specifiers of a
 * declaration, then its declarators one by one.
 *
 *	if (source_type_specifiers(file, &i, end, &base))
 *		while (source_type_declarator(file, &i, end, &base, &variable))
 *			…
 */
#include "build/declaration.h"
#include "build/lexer.h"

struct source_type {
	struct span name; /* tag or name of a typedef; empty: void, unnamed or not known */
	bool is_tag;
	bool is_union;
	bool is_scalar;	       /* a number, an enum: it says nothing of a record */
	unsigned int pointers; /* an array counts as one */
	const struct source_file *file;
	struct token_range members; /* in file; of a struct without a tag, else empty */
};

struct source_variable {
	struct span name;
	size_t at; /* index of the name */
	struct source_type type;
	struct token_range value; /* what stands after '='; empty: nothing */
};

/* The token at an index, TOKEN_END behind the last. */
const struct token *source_token(const struct source_file *file, size_t i);
bool source_is(const struct source_file *file, size_t i, const char *text);

/* Split at commas outside of brackets: the range from *at to the next one; *at moves behind it. */
struct token_range source_part(const struct source_file *file, size_t *at, size_t end);

/* Index of the ';' that ends what begins at start, brackets skipped; end if there is none. */
size_t source_statement_end(const struct source_file *file, size_t start, size_t end);

/* struct, enum, typedef name …, with qualifiers. False, *at as it was: nothing of that is here. */
bool source_type_specifiers(const struct source_file *file, size_t *at, size_t end,
			    struct source_type *out);

/* [*…] NAME [[]…] [= VALUE] up to ',' (skipped), ';' or end. False: none is here. */
bool source_type_declarator(const struct source_file *file, size_t *at, size_t end,
			    const struct source_type *base, struct source_variable *out);

/* The range is the name of a type and nothing else, as in a cast or sizeof. */
bool source_type_name(const struct source_file *file, struct token_range range,
		      struct source_type *out);

/* A struct or union by name, or an unnamed one with members; typedefs count. */
bool source_type_is_record(const struct source_type *type);

/* As C spells it, without pointers; the caller frees it. */
char *source_type_text(const struct source_type *type);

#endif
