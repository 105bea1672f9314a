// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/source_index.h"

#include "base/alloc.h"

#define MAX_TYPEDEFS 16 /* of one another */
#define MAX_NESTED 8	/* unnamed structs in one another */

static bool is_same(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static void add_struct(struct source_index *index, const struct source_file *file, size_t i)
{
	struct source_type type;
	size_t after = i;

	if (!source_type_specifiers(file, &after, i + 1, &type) || !type.is_tag || !type.file)
		return;
	ARRAY_ROOM(index->structs, index->n_structs, index->structs_cap);
	while (!source_is(file, i, "{"))
		i++;
	index->structs[index->n_structs++] = (struct source_struct){
		.type = type,
		.file = file,
		.members = { i + 1, token_closing(file, i) },
	};
}

static void add_typedefs(struct source_index *index, const struct source_file *file, size_t i)
{
	struct source_type base;
	struct source_variable v;
	size_t end = source_statement_end(file, i, file->n_tokens);

	i++;
	if (!source_type_specifiers(file, &i, end, &base))
		return;
	while (source_type_declarator(file, &i, end, &base, &v)) {
		ARRAY_ROOM(index->typedefs, index->n_typedefs, index->typedefs_cap);
		index->typedefs[index->n_typedefs++] =
			(struct source_typedef){ v.name, v.type, file };
	}
}

static void add_types(struct source_index *index, const struct source_file *file)
{
	for (size_t i = 0; i < file->n_tokens; i++) {
		if (file->tokens[i].kind != TOKEN_WORD)
			continue;
		if (source_is(file, i, "struct") || source_is(file, i, "union"))
			add_struct(index, file, i);
		else if (source_is(file, i, "typedef"))
			add_typedefs(index, file, i);
	}
}

static void add_globals(struct source_index *index, const struct source_file *file,
			const struct declaration *d)
{
	struct source_type base;
	struct source_variable v;
	size_t i = d->all.start;

	if (!source_type_specifiers(file, &i, d->all.end, &base))
		return;
	while (source_type_declarator(file, &i, d->all.end, &base, &v)) {
		ARRAY_ROOM(index->globals, index->n_globals, index->globals_cap);
		index->globals[index->n_globals++] = (struct source_global){ v, file, d };
	}
}

static void add_declarations(struct source_index *index, const struct source_file *file,
			     const struct declarations *list)
{
	for (size_t i = 0; i < list->n_items; i++) {
		const struct declaration *d = &list->items[i];

		if (d->kind == DECLARATION_VARIABLE)
			add_globals(index, file, d);
		if (d->kind != DECLARATION_FUNCTION)
			continue;
		ARRAY_ROOM(index->functions, index->n_functions, index->functions_cap);
		index->functions[index->n_functions++] = (struct source_function){ file, d };
	}
}

void source_index_make(const struct source_files *files, struct source_index *out)
{
	struct source_index index = { .files = files };

	index.declarations = mem_array(files->n_files + 1, sizeof(*index.declarations));
	for (size_t i = 0; i < files->n_files; i++) {
		declarations_find(&files->files[i], &index.declarations[i]);
		add_types(&index, &files->files[i]);
		add_declarations(&index, &files->files[i], &index.declarations[i]);
	}
	*out = index;
}

void source_index_done(struct source_index *index)
{
	for (size_t i = 0; index->declarations && i < index->files->n_files; i++)
		declarations_done(&index->declarations[i]);
	free(index->declarations);
	free(index->structs);
	free(index->typedefs);
	free(index->globals);
	free(index->functions);
	*index = (struct source_index){ 0 };
}

const struct source_struct *source_index_struct(const struct source_index *index, struct span tag)
{
	for (size_t i = 0; i < index->n_structs; i++)
		if (is_same(index->structs[i].type.name, tag))
			return &index->structs[i];
	return NULL;
}

const struct source_typedef *source_index_typedef(const struct source_index *index,
						  struct span name)
{
	for (size_t i = 0; i < index->n_typedefs; i++)
		if (is_same(index->typedefs[i].name, name))
			return &index->typedefs[i];
	return NULL;
}

const struct source_global *source_index_global(const struct source_index *index, struct span name)
{
	for (size_t i = 0; i < index->n_globals; i++)
		if (is_same(index->globals[i].variable.name, name))
			return &index->globals[i];
	return NULL;
}

const struct source_function *source_index_function(const struct source_index *index,
						    struct span name)
{
	for (size_t i = 0; i < index->n_functions; i++)
		if (is_same(index->functions[i].declaration->name, name))
			return &index->functions[i];
	return NULL;
}

struct source_type source_index_resolve(const struct source_index *index, struct source_type type)
{
	for (int i = 0; i < MAX_TYPEDEFS && type.name.len && !type.is_tag; i++) {
		const struct source_typedef *def = source_index_typedef(index, type.name);
		unsigned int pointers = type.pointers;

		if (!def)
			return type;
		if (def->type.is_scalar) {
			type.is_scalar = true;
			return type;
		}
		if (def->type.members.end > def->type.members.start) {
			type.pointers += def->type.pointers;
			type.file = def->type.file;
			type.members = def->type.members;
			type.is_union = def->type.is_union;
			return type;
		}
		type = def->type;
		type.pointers += pointers;
	}
	return type;
}

static bool find_member(const struct source_file *file, struct token_range members,
			struct span name, int depth, struct source_type *out)
{
	size_t i = members.start;

	while (i < members.end && depth < MAX_NESTED) {
		struct source_type base = { 0 };
		struct source_variable v;
		size_t end = source_statement_end(file, i, members.end);
		size_t first;

		while (i < end && source_token(file, i)->kind == TOKEN_DOC)
			i++;
		if (source_type_specifiers(file, &i, end, &base)) {
			first = i;
			while (source_type_declarator(file, &i, end, &base, &v)) {
				if (!is_same(v.name, name))
					continue;
				*out = v.type;
				return true;
			}
			if (i == first && base.members.end > base.members.start &&
			    find_member(file, base.members, name, depth + 1, out))
				return true;
		}
		i = end + 1;
	}
	return false;
}

bool source_index_member(const struct source_index *index, const struct source_type *type,
			 struct span name, struct source_type *out)
{
	struct source_type record = source_index_resolve(index, *type);
	const struct source_struct *def = NULL;

	if (record.members.end > record.members.start)
		return find_member(record.file, record.members, name, 0, out);
	if (record.is_tag)
		def = source_index_struct(index, record.name);
	return def && find_member(def->file, def->members, name, 0, out);
}

/* sizeof(TYPE) behind `value_size`, in the forms of __uint() and of struct bpf_map_def */
static bool size_type(const struct source_file *file, size_t i, struct source_type *out)
{
	for (size_t n = 1; n < 5; n++)
		if (source_is(file, i + n, "sizeof") && source_is(file, i + n + 1, "("))
			return source_type_name(
				file,
				(struct token_range){ i + n + 2, token_closing(file, i + n + 1) },
				out);
	return false;
}

bool source_index_map_value(const struct source_index *index, struct span map,
			    struct source_type *out)
{
	static const struct span value = { "value", 5 };
	const struct source_global *global = source_index_global(index, map);
	const struct source_file *file;
	struct token_range all;
	struct source_type type;

	if (!global || !global->declaration->section.len)
		return false;
	file = global->file;
	all = global->declaration->all;
	for (size_t i = all.start; i < all.end; i++) {
		if (source_is(file, i, "__type") && source_is(file, i + 2, "value"))
			return source_type_name(
				file, (struct token_range){ i + 4, token_closing(file, i + 1) },
				out);
		if (source_is(file, i, "value_size") && size_type(file, i, out))
			return true;
	}
	if (!source_index_member(index, &global->variable.type, value, &type) || !type.pointers)
		return false;
	type.pointers--;
	*out = type;
	return true;
}

struct source_type source_function_result(const struct source_function *function)
{
	const struct source_file *file = function->file;
	struct source_type type = { 0 };
	size_t i = function->declaration->all.start;
	size_t end = function->declaration->parameters.start;

	if (!source_type_specifiers(file, &i, end, &type))
		return (struct source_type){ 0 };
	for (; i < end && !source_is(file, i, "("); i++)
		type.pointers += source_is(file, i, "*");
	return type;
}

bool source_index_spells(const struct source_index *index, struct span tag, bool is_union)
{
	for (size_t f = 0; f < index->files->n_files; f++) {
		const struct source_file *file = &index->files->files[f];

		for (size_t i = 0; i + 1 < file->n_tokens; i++)
			if (source_is(file, i, is_union ? "union" : "struct") &&
			    is_same(file->tokens[i + 1].text, tag))
				return true;
	}
	return false;
}
