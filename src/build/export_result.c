// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/export_result.h"

struct call {
	const struct source_scope *scope;
	const struct source_file *file;
	size_t at;    /* the function's name */
	size_t close; /* its ')' */
	struct sender *outer;
};

/* Keep a type; a number only where nothing better is known. True: it is settled. */
static bool settle(const struct call *c, struct source_type type)
{
	struct source_type *known = &c->outer->type;

	type = source_index_resolve(c->scope->index, type);
	if (type.pointers == 0 && source_type_is_record(&type)) {
		*known = type;
		return true;
	}
	if (!known->name.len && type.is_scalar)
		*known = type;
	return false;
}

/* The type that an address points to. */
static bool settle_pointer(const struct call *c, struct source_type type)
{
	if (type.pointers == 0)
		return false;
	type.pointers--;
	return settle(c, type);
}

static int parameter_of(const struct call *c, struct token_range range)
{
	const struct scope_variable *v =
		source_scope_find(c->scope, source_scope_word(c->scope, range, false), c->at);

	return v ? v->parameter : -1;
}

/* What is assigned to with the '=' at an index: a word, or members of something. */
static struct token_range assigned_to(const struct source_file *file, size_t equals)
{
	struct token_range range = { equals, equals };
	size_t i = equals - 1;

	while (i > 0 && source_token(file, i)->kind == TOKEN_WORD) {
		range.start = i--;
		if (!source_is(file, i, "->") && !source_is(file, i, "."))
			break;
		i--;
	}
	if (source_is(file, i, "*") &&
	    (source_is(file, i - 1, ";") || source_is(file, i - 1, "(") ||
	     source_is(file, i - 1, "{") || source_is(file, i - 1, "}") ||
	     source_is(file, i - 1, ")")))
		range.start = i;
	return range;
}

/* Index of the bracket that opens what the one at `close` closes. */
static size_t opening(const struct source_file *file, size_t close, size_t first)
{
	size_t depth = 0;

	for (size_t i = close; i > first; i--) {
		if (source_is(file, i, ")") || source_is(file, i, "]") || source_is(file, i, "}"))
			depth++;
		else if ((source_is(file, i, "(") || source_is(file, i, "[") ||
			  source_is(file, i, "{")) &&
			 --depth == 0)
			return i;
	}
	return first;
}

static bool settle_argument(const struct call *c, size_t at);

/*
 * One place a pointer to the record stands at: behind a cast, behind '=', returned, passed on.
 * variable: set where it is kept in a variable that says nothing of the type.
 */
static bool settle_place(const struct call *c, size_t at, const struct scope_variable **variable)
{
	const struct source_file *file = c->file;
	struct source_type type;
	struct token_range target;

	if (source_is(file, at - 1, ")")) {
		size_t open = opening(file, at - 1, c->scope->function->body.start);

		if (source_type_name(file, (struct token_range){ open + 1, at - 1 }, &type)) {
			if (settle_pointer(c, source_index_resolve(c->scope->index, type)))
				return true;
			at = open;
		}
	}
	if (source_is(file, at - 1, "return")) {
		struct source_function function = { file, c->scope->function };

		c->outer->is_result = true;
		return settle_pointer(c, source_index_resolve(c->scope->index,
							      source_function_result(&function)));
	}
	if (!source_is(file, at - 1, "="))
		return variable == NULL && settle_argument(c, at);
	target = assigned_to(file, at - 1);
	if (variable && target.end == target.start + 1)
		*variable =
			source_scope_find(c->scope, source_token(file, target.start)->text, c->at);
	return settle_pointer(c, source_scope_type(c->scope, target));
}

/* A pointer to the record is an argument: what the function takes there. */
static bool settle_argument(const struct call *c, size_t at)
{
	const struct source_file *file = c->file;
	const struct source_function *function;
	AUTO(source_scope) struct source_scope scope = { 0 };
	size_t open = at, depth = 1;
	int number = 0;

	while (open > c->scope->function->body.start && depth) {
		open--;
		if (source_is(file, open, ")"))
			depth++;
		else if (source_is(file, open, "("))
			depth--;
		else if (source_is(file, open, ",") && depth == 1)
			number++;
		else if (source_is(file, open, ";"))
			return false;
	}
	function = source_index_function(c->scope->index, source_token(file, open - 1)->text);
	if (!function)
		return false;
	source_scope_open(c->scope->index, function, &scope);
	for (size_t i = 0; i < scope.n_variables; i++)
		if (scope.variables[i].parameter == number)
			return settle_pointer(
				c, source_index_resolve(c->scope->index,
							scope.variables[i].variable.type));
	return false;
}

static bool settle_size(const struct call *c, struct token_range size)
{
	const struct scope_variable *v;
	struct source_type type;
	struct token_range value;
	size_t from = 0;

	if (source_scope_sizeof(c->scope, size, &type))
		return settle(c, type);
	v = source_scope_find(c->scope, source_scope_word(c->scope, size, false), c->at);
	return v && source_scope_value(c->scope, v, &from, &value) &&
	       source_scope_sizeof(c->scope, value, &type) && settle(c, type);
}

/* Where else a variable that holds the record is used. */
static bool settle_uses(const struct call *c, const struct scope_variable *variable)
{
	struct span name = variable->variable.name;

	for (size_t i = c->close; i < variable->scope_end; i++) {
		const struct token *token = source_token(c->file, i);

		if (token->kind != TOKEN_WORD || token->text.len != name.len ||
		    memcmp(token->text.data, name.data, name.len) != 0 ||
		    source_is(c->file, i + 1, "->"))
			continue;
		if (settle_place(c, i, NULL))
			return true;
	}
	return false;
}

/* bpf_dynptr_write(PTR, 0, DATA, …), DATA = bpf_dynptr_data(PTR, 0, …), _slice */
static bool settle_dynptr(const struct call *c, struct token_range ptr)
{
	struct span name = source_scope_word(c->scope, ptr, true);
	const struct scope_variable *ignored = NULL;

	for (size_t i = c->close; name.len && i < c->scope->function->body.end; i++) {
		bool is_write = source_is(c->file, i, "bpf_dynptr_write");
		struct span used;

		if (!is_write && !source_is(c->file, i, "bpf_dynptr_data") &&
		    !source_is(c->file, i, "bpf_dynptr_slice_rdwr"))
			continue;
		used = source_scope_word(c->scope, source_argument(c->file, i + 1, 0), true);
		if (used.len != name.len || memcmp(used.data, name.data, name.len) != 0)
			continue;
		if (is_write ? settle_pointer(c,
					      source_scope_type(c->scope,
								source_argument(c->file, i + 1, 2)))
			     : settle_place(c, i, &ignored))
			return true;
	}
	return false;
}

void export_result(const struct source_scope *scope, const struct sender *sender, size_t name_at,
		   struct sender *outer)
{
	const struct scope_variable *variable = NULL;
	struct call c = { scope, scope->file, name_at, token_closing(scope->file, name_at + 1),
			  outer };
	struct token_range data, size = { 0, 0 };

	if (source_type_is_record(&sender->type)) {
		outer->type = sender->type;
		return;
	}
	if (sender->data >= 0) {
		data = source_argument(c.file, name_at + 1, sender->data);
		if (settle_pointer(&c, source_scope_type(scope, data)))
			return;
		outer->data = parameter_of(&c, data);
	}
	if (sender->is_result && settle_place(&c, name_at, &variable))
		return;
	if (sender->size >= 0) {
		size = source_argument(c.file, name_at + 1, sender->size);
		if (settle_size(&c, size))
			return;
		outer->size = parameter_of(&c, size);
	}
	if (variable && settle_uses(&c, variable))
		return;
	if (sender->ptr >= 0)
		settle_dynptr(&c, source_argument(c.file, name_at + 1, sender->ptr));
}
