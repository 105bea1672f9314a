// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/source_scope.h"

#include "base/alloc.h"

#define NONE SIZE_MAX

static void add_variable(struct source_scope *s, const struct source_variable *v, int parameter,
			 unsigned int depth, size_t *last_open)
{
	ARRAY_ROOM(s->variables, s->n_variables, s->cap);
	s->variables[s->n_variables] = (struct scope_variable){
		.variable = *v,
		.parameter = parameter,
		.scope_end = s->function->body.end,
		.depth = depth,
		.open_before = *last_open,
	};
	*last_open = s->n_variables++;
}

static void add_parameters(struct source_scope *s, size_t *last_open)
{
	size_t i = s->function->parameters.start;

	for (int n = 0; i < s->function->parameters.end; n++) {
		struct token_range part = source_part(s->file, &i, s->function->parameters.end);
		struct source_type base;
		struct source_variable v;

		if (source_type_specifiers(s->file, &part.start, part.end, &base) &&
		    source_type_declarator(s->file, &part.start, part.end, &base, &v))
			add_variable(s, &v, n, 0, last_open);
	}
}

static void add_locals(struct source_scope *s, size_t i, unsigned int depth, size_t *last_open)
{
	struct source_type base;
	struct source_variable v;
	size_t end = s->function->body.end;

	if (!source_type_specifiers(s->file, &i, end, &base))
		return;
	while (source_type_declarator(s->file, &i, end, &base, &v))
		add_variable(s, &v, -1, depth, last_open);
}

void source_scope_open(const struct source_index *index, const struct source_function *function,
		       struct source_scope *out)
{
	struct source_scope s = { .index = index,
				  .file = function->file,
				  .function = function->declaration };
	size_t last_open = NONE, i;
	unsigned int depth = 0;
	bool begins = true; /* a statement may begin here */

	add_parameters(&s, &last_open);
	for (i = s.function->body.start; i < s.function->body.end; i++) {
		if (source_token(s.file, i)->kind == TOKEN_DOC)
			continue;
		if (begins)
			add_locals(&s, i, depth, &last_open);
		begins = source_is(s.file, i, ";") || source_is(s.file, i, "{") ||
			 source_is(s.file, i, "}") ||
			 (source_is(s.file, i, "(") && source_is(s.file, i - 1, "for"));
		if (source_is(s.file, i, "{"))
			depth++;
		if (!source_is(s.file, i, "}") || depth == 0)
			continue;
		for (depth--; last_open != NONE && s.variables[last_open].depth > depth;
		     last_open = s.variables[last_open].open_before)
			s.variables[last_open].scope_end = i;
	}
	*out = s;
}

void source_scope_done(struct source_scope *scope)
{
	free(scope->variables);
	*scope = (struct source_scope){ 0 };
}

const struct scope_variable *source_scope_find(const struct source_scope *scope, struct span name,
					       size_t at)
{
	for (size_t i = scope->n_variables; i-- > 0;) {
		const struct scope_variable *v = &scope->variables[i];

		if (v->variable.at <= at && at < v->scope_end && v->variable.name.len == name.len &&
		    memcmp(v->variable.name.data, name.data, name.len) == 0)
			return v;
	}
	return NULL;
}

struct token_range source_argument(const struct source_file *file, size_t open, int number)
{
	struct token_range part = { 0, 0 };
	size_t i = open + 1, end = token_closing(file, open);

	for (int n = 0; n <= number; n++) {
		if (i >= end)
			return (struct token_range){ 0, 0 };
		part = source_part(file, &i, end);
	}
	return part;
}

/* Brackets around the whole, and casts in front, are taken off. */
static struct token_range strip(const struct source_file *file, struct token_range range)
{
	struct source_type ignored;

	while (source_is(file, range.start, "(")) {
		size_t close = token_closing(file, range.start);
		struct token_range inner = { range.start + 1, close };

		if (close + 1 == range.end)
			range = inner;
		else if (close + 1 < range.end && source_type_name(file, inner, &ignored))
			range.start = close + 1;
		else
			break;
	}
	return range;
}

struct span source_scope_word(const struct source_scope *scope, struct token_range range,
			      bool skip_address)
{
	const struct source_file *file = scope->file;

	range = strip(file, range);
	if (skip_address && source_is(file, range.start, "&")) {
		range.start++;
		range = strip(file, range);
	}
	if (range.end != range.start + 1 || source_token(file, range.start)->kind != TOKEN_WORD)
		return (struct span){ "", 0 };
	return source_token(file, range.start)->text;
}

bool source_scope_value(const struct source_scope *scope, const struct scope_variable *variable,
			size_t *from, struct token_range *out)
{
	const struct source_file *file = scope->file;
	const struct source_variable *v = &variable->variable;
	size_t i = *from;

	if (i == 0) {
		i = v->at + 1;
		if (variable->parameter >= 0)
			i = scope->function->body.start;
		*from = i;
		*out = v->value;
		if (v->value.end > v->value.start)
			return true;
	}
	for (; i < variable->scope_end; i++) {
		const struct token *token = source_token(file, i);

		if (token->text.len != v->name.len ||
		    memcmp(token->text.data, v->name.data, v->name.len) != 0 ||
		    !source_is(file, i + 1, "=") || source_is(file, i + 2, "=") ||
		    source_is(file, i - 1, "->") || source_is(file, i - 1, "."))
			continue;
		out->start = i + 2;
		for (i += 2; i < variable->scope_end && !source_is(file, i, ",") &&
			     !source_is(file, i, ";") && !source_is(file, i, ")");)
			i = source_is(file, i, "(") || source_is(file, i, "[") ||
					    source_is(file, i, "{")
				    ? token_closing(file, i) + 1
				    : i + 1;
		out->end = i;
		*from = i;
		return true;
	}
	return false;
}
