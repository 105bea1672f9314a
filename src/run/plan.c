// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/plan.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "run/emit.h"
#include "run/plan_build.h"

int plan_count(struct plan_builder *b)
{
	if (++*b->n_members > LIMIT_MEMBERS)
		return err_set(b->err, EC_CORRUPT, "BTF: more than %d members", LIMIT_MEMBERS);
	return 0;
}

static void set_head(struct plan_builder *b, const struct plan_wish *wish)
{
	struct plan *plan = b->plan;
	AUTO(str) struct str head = STR_MAX(4096);
	AUTO(free) char *clean = NULL;
	AUTO(json) json_t *source = json_string(wish->source ? wish->source : "");
	AUTO(free) char *quoted = source ? js_dump(source) : mem_text("\"\"");

	plan->has_stamp = wish->has_stamp;
	if (plan->mode == PLAN_JSON) {
		str_addc(&head, '{');
		if (wish->source)
			str_addf(&head, "\"source\":%s,", quoted);
		if (wish->has_stamp)
			str_adds(&head, "\"time\":\"");
	} else if (wish->has_source && wish->source) {
		clean = text_printable(wish->source, strlen(wish->source));
		str_addf(&head, "%-16s ", clean);
	}
	plan->head_len = head.len;
	plan->head = str_take(&head);
	if (plan->mode == PLAN_JSON && wish->has_stamp)
		str_adds(&b->pending, "\",");
}

static void set_header_and_tail(struct plan_builder *b, const struct plan_wish *wish)
{
	struct plan *plan = b->plan;

	if (plan->mode == PLAN_JSON) {
		/* a record without a member: the comma after source or time must go */
		if (plan->n_steps == 0 && b->pending.len && text_ends(str_text(&b->pending), ","))
			str_cut(&b->pending, b->pending.len - 1);
		str_adds(&b->pending, "}\n");
		plan->tail_len = b->pending.len;
		plan->tail = str_take(&b->pending);
		return;
	}
	if (wish->is_part) {
		plan->header = str_take(&b->header);
		plan->tail = mem_text(" ");
		plan->tail_len = 1;
		return;
	}
	if (plan->n_steps && !plan->steps[plan->n_steps - 1].is_right)
		plan->steps[plan->n_steps - 1].width = 0; /* nothing to fill behind the last */
	while (b->header.len && b->header.data[b->header.len - 1] == ' ')
		str_cut(&b->header, b->header.len - 1);
	plan->header = mem_printf("%s%s%s\n", wish->has_source ? "SOURCE           " : "",
				  wish->has_stamp ? "TIME            " : "", str_text(&b->header));
	plan->tail = mem_text("\n");
	plan->tail_len = 1;
}

static int finish(struct plan_builder *b, struct plan **out)
{
	struct plan *plan = b->plan;

	b->max_size +=
		plan->head_len + plan->tail_len + sizeof(((struct output *)0)->stamp) + EMIT_SLACK;
	if (b->max_size > LIMIT_OBJECT || b->longest_field > LIMIT_OBJECT)
		return err_set(b->err, EC_CORRUPT, "BTF: records are too large to print");
	plan->max_size = b->max_size;
	if (!plan->steps) /* a struct without members: no pointer arithmetic with NULL */
		plan->steps = mem_array(1, sizeof(*plan->steps));
	plan->zeros = mem_alloc(b->longest_field + 16);
	*out = plan;
	b->plan = NULL;
	return 0;
}

/* The steps; what did not fit the names' buffers was dropped, and must not go unseen. */
static int add_all(struct plan_builder *b, uint32_t type_id, const struct config_export *export)
{
	if (plan_add_root(b, type_id, export) < 0 ||
	    str_check(&b->pending, "BTF: names", b->err) < 0)
		return -1;
	return str_check(&b->header, "BTF: names", b->err);
}

static void builder_done(struct plan_builder *b)
{
	plan_free(b->plan);
	str_done(&b->pending);
	str_done(&b->header);
}
AUTO_STRUCT(builder, struct plan_builder, builder_done);

int plan_new(const struct btf *btf, uint32_t type_id, const struct plan_wish *wish,
	     struct plan **out, struct err *err)
{
	size_t n_members = 0;
	AUTO(builder)
	struct plan_builder b = { .btf = btf,
				  .pending = STR_MAX(LIMIT_TEXT),
				  .header = STR_MAX(LIMIT_TEXT),
				  .n_members = &n_members,
				  .err = err };

	b.plan = mem_alloc(sizeof(*b.plan));
	b.plan->mode = wish->mode;
	b.bare_name = wish->bare_name ? wish->bare_name : "value";
	b.has_source_key = wish->source != NULL;
	b.has_time_key = wish->has_stamp;
	set_head(&b, wish);
	if (add_all(&b, type_id, wish->export) < 0)
		return -1;
	set_header_and_tail(&b, wish);
	return finish(&b, out);
}

static int new_inner(struct plan_builder *b, uint32_t type_id, const struct config_export *export,
		     struct plan **out)
{
	b->plan = mem_alloc(sizeof(*b->plan));
	b->plan->mode = PLAN_JSON;
	b->plan->head = mem_text("");
	if (add_all(b, type_id, export) < 0)
		return -1;
	b->plan->tail_len = b->pending.len;
	b->plan->tail = str_take(&b->pending);
	return finish(b, out);
}

struct plan *plan_new_raw(const struct plan_wish *wish)
{
	struct err err = { 0 };
	struct plan *plan = NULL;
	AUTO(builder)
	struct plan_builder b = { .pending = STR_MAX(LIMIT_TEXT),
				  .header = STR_MAX(LIMIT_TEXT),
				  .err = &err };

	b.plan = mem_alloc(sizeof(*b.plan));
	b.plan->mode = wish->mode;
	set_head(&b, wish);
	plan_add_raw(&b);
	set_header_and_tail(&b, wish);
	if (finish(&b, &plan) < 0)
		abort(); /* only for records that are too large */
	return plan;
}

int plan_new_inner(const struct btf *btf, uint32_t type_id, const struct config_export *export,
		   struct plan **out, struct err *err)
{
	size_t n_members = 0;
	AUTO(builder)
	struct plan_builder b = { .btf = btf,
				  .pending = STR_MAX(LIMIT_TEXT),
				  .header = STR_MAX(LIMIT_TEXT),
				  .n_members = &n_members,
				  .err = err };

	return new_inner(&b, type_id, export, out);
}

int plan_new_element(const struct plan_builder *outer, uint32_t type_id, struct plan **out)
{
	AUTO(builder)
	struct plan_builder b = { .btf = outer->btf,
				  .pending = STR_MAX(LIMIT_TEXT),
				  .header = STR_MAX(LIMIT_TEXT),
				  .n_members = outer->n_members,
				  .depth = outer->depth + 1,
				  .err = outer->err };

	return plan_count(&b) < 0 ? -1 : new_inner(&b, type_id, NULL, out);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct step *step = &plan->steps[i];

		free((char *)step->long_literal);
		if (step->op == STEP_ENUM)
			enum_names_free(step->enumeration.names);
		if (step->op == STEP_ARRAY)
			plan_free(step->array.element);
	}
	free(plan->steps);
	free(plan->head);
	free(plan->tail);
	free(plan->header);
	free((char *)plan->zeros);
	free(plan);
}
