// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* The types of expressions. */
#include "build/source_scope.h"

#define MAX_STEPS 8  /* from one expression to the one that says its type */
#define MAX_VALUES 4 /* of one variable that are looked at */

static const struct source_type unknown;

static struct source_type type_of(const struct source_scope *scope, struct token_range range,
				  int steps);

static bool is_told(const struct source_type *type)
{
	return source_type_is_record(type);
}

/* What a function of the sources returns although it is declared void *. */
static struct source_type returned_type(const struct source_scope *caller,
					const struct source_function *function, int steps)
{
	AUTO(source_scope) struct source_scope scope = { 0 };
	struct source_type type = unknown;

	source_scope_open(caller->index, function, &scope);
	for (size_t i = scope.function->body.start; i < scope.function->body.end; i++) {
		struct token_range value = { i + 1, 0 };

		if (!source_is(scope.file, i, "return"))
			continue;
		value.end = source_statement_end(scope.file, i, scope.function->body.end);
		type = type_of(&scope, value, steps);
		if (is_told(&type))
			break;
	}
	return type;
}

static bool sizeof_type(const struct source_scope *scope, struct token_range range, int steps,
			struct source_type *out)
{
	const struct source_file *file = scope->file;

	for (size_t i = range.start; i + 1 < range.end; i++) {
		struct token_range what = { i + 1, i + 2 };
		struct source_type type;

		if (!source_is(file, i, "sizeof"))
			continue;
		if (source_is(file, i + 1, "("))
			what = (struct token_range){ i + 2, token_closing(file, i + 1) };
		while (!source_is(file, i + 1, "(") && source_is(file, what.end - 1, "*"))
			what.end++; /* sizeof *e */
		type = (struct source_type){ 0 };
		if (!source_type_name(file, what, &type) ||
		    (!type.is_tag && source_scope_find(scope, type.name, i)) ||
		    (!type.is_tag && source_index_global(scope->index, type.name)))
			type = type_of(scope, what, steps);
		*out = source_index_resolve(scope->index, type);
		return true;
	}
	return false;
}

/* NAME(…), with the bracket at open */
static struct source_type call_type(const struct source_scope *scope, struct span name, size_t open,
				    int steps)
{
	static const char reserve[] = "bpf_ringbuf_reserve";
	const struct source_function *function = source_index_function(scope->index, name);
	struct source_type type = unknown;
	struct span map;

	if (function) {
		type = source_index_resolve(scope->index, source_function_result(function));
		return is_told(&type) ? type : returned_type(scope, function, steps);
	}
	if (span_is(name, reserve)) {
		if (sizeof_type(scope, source_argument(scope->file, open, 1), steps, &type))
			type.pointers++;
		return type;
	}
	map = source_scope_word(scope, source_argument(scope->file, open, 0), true);
	if (source_index_map_value(scope->index, map, &type)) {
		type = source_index_resolve(scope->index, type);
		type.pointers++;
	}
	return type;
}

/* void *, u8 *, …: what was assigned to it says more. */
static struct source_type assigned_type(const struct source_scope *scope,
					const struct scope_variable *variable, int steps)
{
	struct source_type type = unknown;
	struct token_range value;
	size_t from = 0;

	for (int n = 0; n < MAX_VALUES && source_scope_value(scope, variable, &from, &value); n++) {
		type = type_of(scope, value, steps);
		if (is_told(&type))
			return type;
	}
	return type;
}

static struct source_type word_type(const struct source_scope *scope, size_t at, int steps)
{
	struct span name = source_token(scope->file, at)->text;
	const struct scope_variable *local = source_scope_find(scope, name, at);
	const struct source_global *global;
	struct source_type declared, type = unknown;

	if (local) {
		declared = source_index_resolve(scope->index, local->variable.type);
		if (!is_told(&declared) && (declared.pointers == 1 || !declared.is_scalar))
			type = assigned_type(scope, local, steps);
		return is_told(&type) ? type : declared;
	}
	global = source_index_global(scope->index, name);
	if (!global)
		return unknown;
	return source_index_resolve(scope->index, global->variable.type);
}

/* WORD, WORD(…), (…): *at moves behind it. */
static struct source_type primary_type(const struct source_scope *scope, size_t *at, int steps)
{
	const struct source_file *file = scope->file;
	size_t i = *at, close;

	if (source_is(file, i, "(")) {
		close = token_closing(file, i);
		*at = close + 1;
		return type_of(scope, (struct token_range){ i + 1, close }, steps);
	}
	*at = i + 1;
	if (source_token(file, i)->kind != TOKEN_WORD)
		return unknown;
	if (!source_is(file, i + 1, "("))
		return word_type(scope, i, steps);
	*at = token_closing(file, i + 1) + 1;
	return call_type(scope, source_token(file, i)->text, i + 1, steps);
}

/* A primary with its members and elements. */
static struct source_type postfix_type(const struct source_scope *scope, struct token_range range,
				       int steps)
{
	const struct source_file *file = scope->file;
	size_t i = range.start;
	struct source_type type = primary_type(scope, &i, steps), member;

	while (i < range.end) {
		if (source_is(file, i, "->") || source_is(file, i, ".")) {
			if (!source_index_member(scope->index, &type,
						 source_token(file, i + 1)->text, &member))
				return unknown;
			type = source_index_resolve(scope->index, member);
			i += 2;
		} else if (source_is(file, i, "[")) {
			if (type.pointers == 0)
				return unknown;
			type.pointers--;
			i = token_closing(file, i) + 1;
		} else {
			return unknown;
		}
	}
	return type;
}

/* (TYPE)…, (TYPE){…}; false: there is no cast. */
static bool cast_type(const struct source_scope *scope, struct token_range range, int steps,
		      struct source_type *out)
{
	const struct source_file *file = scope->file;
	struct source_type type, rest;
	size_t close;

	if (!source_is(file, range.start, "("))
		return false;
	close = token_closing(file, range.start);
	if (close + 1 >= range.end || source_is(file, close + 1, "->") ||
	    source_is(file, close + 1, ".") || source_is(file, close + 1, "[") ||
	    !source_type_name(file, (struct token_range){ range.start + 1, close }, &type) ||
	    (!type.is_tag && source_scope_find(scope, type.name, range.start)))
		return false;
	type = source_index_resolve(scope->index, type);
	if (!is_told(&type)) {
		rest = type_of(scope, (struct token_range){ close + 1, range.end }, steps);
		if (is_told(&rest))
			type = rest;
	}
	*out = type;
	return true;
}

static struct source_type type_of(const struct source_scope *scope, struct token_range range,
				  int steps)
{
	const struct source_file *file = scope->file;
	struct token_range rest = { range.start + 1, range.end };
	struct source_type type;

	if (range.start >= range.end || steps == 0)
		return unknown;
	if (cast_type(scope, range, steps - 1, &type))
		return type;
	if (source_is(file, range.start, "&")) {
		type = type_of(scope, rest, steps - 1);
		type.pointers++;
		return type;
	}
	if (source_is(file, range.start, "*")) {
		type = type_of(scope, rest, steps - 1);
		if (type.pointers == 0)
			return unknown;
		type.pointers--;
		return type;
	}
	return postfix_type(scope, range, steps - 1);
}

struct source_type source_scope_type(const struct source_scope *scope, struct token_range range)
{
	return type_of(scope, range, MAX_STEPS);
}

bool source_scope_sizeof(const struct source_scope *scope, struct token_range range,
			 struct source_type *out)
{
	return sizeof_type(scope, range, MAX_STEPS, out);
}
