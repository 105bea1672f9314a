// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_SOURCE_INDEX_H
#define EPM_BUILD_SOURCE_INDEX_H

/*
 * What the sources declare, by name: structs, typedefs, functions, global variables, maps. Borrows
 * from the source files, which have to live as long.
 */
#include "build/source_type.h"

struct source_struct {
	struct source_type type; /* by its tag */
	const struct source_file *file;
	struct token_range members;
};

struct source_typedef {
	struct span name;
	struct source_type type;
	const struct source_file *file;
};

struct source_global {
	struct source_variable variable;
	const struct source_file *file;
	const struct declaration *declaration;
};

struct source_function {
	const struct source_file *file;
	const struct declaration *declaration;
};

struct source_index {
	const struct source_files *files;
	struct declarations *declarations; /* one of each file */
	struct source_struct *structs;
	size_t n_structs, structs_cap;
	struct source_typedef *typedefs;
	size_t n_typedefs, typedefs_cap;
	struct source_global *globals;
	size_t n_globals, globals_cap;
	struct source_function *functions;
	size_t n_functions, functions_cap;
};

void source_index_make(const struct source_files *files, struct source_index *out);
void source_index_done(struct source_index *index);
AUTO_STRUCT(source_index, struct source_index, source_index_done);

/* NULL: there is none of that name. */
const struct source_struct *source_index_struct(const struct source_index *index, struct span tag);
const struct source_typedef *source_index_typedef(const struct source_index *index,
						  struct span name);
const struct source_global *source_index_global(const struct source_index *index, struct span name);
const struct source_function *source_index_function(const struct source_index *index,
						    struct span name);

/* Typedefs followed as far as the sources tell; a struct without a tag keeps its typedef's name. */
struct source_type source_index_resolve(const struct source_index *index, struct source_type type);

/* The type of a member, also of one in an unnamed struct inside; false: it is not known. */
bool source_index_member(const struct source_index *index, const struct source_type *type,
			 struct span name, struct source_type *out);

/* The value of a map: __type(value, …), value_size with a sizeof; false: it is not known. */
bool source_index_map_value(const struct source_index *index, struct span map,
			    struct source_type *out);

/* What a function gives back; empty for void. */
struct source_type source_function_result(const struct source_function *function);

/* Somewhere in the sources stands `struct NAME`; with is_union, `union NAME`. */
bool source_index_spells(const struct source_index *index, struct span tag, bool is_union);

#endif
