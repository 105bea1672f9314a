// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * A sender is a function that puts a record into a map, with what of its arguments is the map, the
 * record, the record's size. The first ones are the kernel's helpers; a function of the sources
 * that passes its own parameters to a sender is one too.
 */
#include "build/export_send.h"

#include "base/alloc.h"
#include "build/export_result.h"

#define MAX_SENDERS 256
#define MAX_LEVELS 3 /* of functions around a helper */

struct finding {
	const struct source_index *index;
	struct sender senders[MAX_SENDERS];
	size_t n_senders;
	struct sent_list sent;
};

static const struct sender helpers[] = {
	{ .name = { "bpf_ringbuf_reserve", 19 },
	  .data = -1,
	  .size = 1,
	  .ptr = -1,
	  .is_result = true },
	{ .name = { "bpf_ringbuf_output", 18 }, .data = 1, .size = 2, .ptr = -1 },
	{ .name = { "bpf_ringbuf_reserve_dynptr", 26 }, .data = -1, .size = 1, .ptr = 3 },
	{ .name = { "bpf_perf_event_output", 21 }, .map = 1, .data = 3, .size = 4, .ptr = -1 },
	{ .name = { "bpf_skb_output", 14 }, .map = 1, .data = 3, .size = 4, .ptr = -1 },
	{ .name = { "bpf_xdp_output", 14 }, .map = 1, .data = 3, .size = 4, .ptr = -1 },
};

static void add_sent(struct finding *f, struct span map, const struct source_type *type)
{
	ARRAY_ROOM(f->sent.items, f->sent.n_items, f->sent.cap);
	f->sent.items[f->sent.n_items++] = (struct sent){ map, *type };
}

static bool is_same_sender(const struct sender *a, const struct sender *b)
{
	return a->name.len == b->name.len && !memcmp(a->name.data, b->name.data, a->name.len) &&
	       a->map == b->map && a->data == b->data && a->size == b->size &&
	       a->is_result == b->is_result && a->fixed_map.data == b->fixed_map.data &&
	       a->type.name.data == b->type.name.data;
}

static void add_sender(struct finding *f, const struct sender *sender)
{
	if (f->n_senders == MAX_SENDERS || sender->level > MAX_LEVELS)
		return;
	for (size_t i = 0; i < f->n_senders; i++)
		if (is_same_sender(&f->senders[i], sender))
			return;
	f->senders[f->n_senders++] = *sender;
}

/* The map of a call: a name, or a parameter of the function around it (its number), or neither. */
static struct span find_map(const struct source_scope *scope, struct token_range argument,
			    size_t at, int *parameter)
{
	struct span word = source_scope_word(scope, argument, true);
	const struct scope_variable *local;
	struct token_range value;
	size_t from;

	*parameter = -1;
	for (int n = 0; word.len && n < 4; n++) {
		local = source_scope_find(scope, word, at);
		if (!local)
			return word;
		*parameter = local->parameter;
		if (local->parameter >= 0)
			break;
		from = 0;
		if (!source_scope_value(scope, local, &from, &value))
			break;
		word = source_scope_word(scope, value, true);
	}
	return (struct span){ "", 0 };
}

static void look_at_call(struct finding *f, const struct source_scope *scope,
			 const struct sender *sender, size_t name_at)
{
	struct sender outer = { .name = scope->function->name,
				.map = -1,
				.data = -1,
				.size = -1,
				.ptr = -1,
				.fixed_map = sender->fixed_map,
				.level = sender->level + 1 };
	bool is_open; /* its callers say what the record is */

	if (!sender->fixed_map.len)
		outer.fixed_map =
			find_map(scope, source_argument(scope->file, name_at + 1, sender->map),
				 name_at, &outer.map);
	if (!outer.fixed_map.len && outer.map < 0)
		return;
	export_result(scope, sender, name_at, &outer);
	is_open = !source_type_is_record(&outer.type) &&
		  (outer.data >= 0 || outer.size >= 0 || outer.is_result);
	if (is_open)
		outer.type = (struct source_type){ 0 };
	if (outer.fixed_map.len)
		add_sent(f, outer.fixed_map, &outer.type);
	if (outer.map >= 0 || is_open)
		add_sender(f, &outer);
}

static void look_in(struct finding *f, const struct source_function *function,
		    const struct sender *sender)
{
	AUTO(source_scope) struct source_scope scope = { 0 };
	const struct source_file *file = function->file;
	struct token_range body = function->declaration->body;

	for (size_t i = body.start; i + 1 < body.end; i++) {
		const struct token *token = source_token(file, i);

		if (token->kind != TOKEN_WORD || token->text.len != sender->name.len ||
		    memcmp(token->text.data, sender->name.data, sender->name.len) != 0 ||
		    !source_is(file, i + 1, "(") || source_is(file, i - 1, "->") ||
		    source_is(file, i - 1, "."))
			continue;
		if (!scope.file)
			source_scope_open(f->index, function, &scope);
		look_at_call(f, &scope, sender, i);
	}
}

void export_send_find(const struct source_index *index, struct sent_list *out)
{
	struct finding *f = mem_alloc(sizeof(*f));

	f->index = index;
	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
		add_sender(f, &helpers[i]);
	for (size_t s = 0; s < f->n_senders; s++)
		for (size_t i = 0; i < index->n_functions; i++)
			look_in(f, &index->functions[i], &f->senders[s]);
	*out = f->sent;
	free(f);
}

void sent_list_done(struct sent_list *list)
{
	free(list->items);
	*list = (struct sent_list){ 0 };
}
