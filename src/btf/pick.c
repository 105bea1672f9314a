// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/pick.h"

#include <errno.h>

#include "base/alloc.h"
#include "btf/type.h"

struct picker {
	const struct btf *from;
	const struct words *words;
	struct btf *to;
	bool *is_whole;	 /* by id in from: to be defined, not only declared */
	uint32_t *queue; /* ids that are, in the order they were found */
	size_t n_queue;
	int *map;	   /* id in from -> id in to; 0: not there yet */
	uint32_t *pending; /* copied, but what they refer to is still to be: no recursion */
	size_t n_pending;
	bool has_failed;
};

static void picker_done(struct picker *p)
{
	free(p->is_whole);
	free(p->queue);
	free(p->map);
	free(p->pending);
}
AUTO_STRUCT(picker, struct picker, picker_done);

static const char *name_at(const struct picker *p, uint32_t offset)
{
	return type_text(p->from, offset);
}

static bool is_named(const struct picker *p, uint32_t offset)
{
	const char *name = name_at(p, offset);

	return *name && words_have(p->words, name);
}

static void want(struct picker *p, uint32_t id)
{
	if (!id || id >= btf__type_cnt(p->from) || p->is_whole[id])
		return;
	p->is_whole[id] = true;
	p->queue[p->n_queue++] = id;
}

static bool has_named_value(const struct picker *p, const struct btf_type *type)
{
	const struct btf_enum64 *wide = (const struct btf_enum64 *)(type + 1);
	const struct btf_enum *narrow = (const struct btf_enum *)(type + 1);

	for (uint32_t i = 0; i < btf_vlen(type); i++)
		if (is_named(p, btf_kind(type) == BTF_KIND_ENUM64 ? wide[i].name_off
								  : narrow[i].name_off))
			return true;
	return false;
}

static void want_named(struct picker *p)
{
	for (uint32_t id = 1; id < btf__type_cnt(p->from); id++) {
		const struct btf_type *type = btf__type_by_id(p->from, id);

		switch (btf_kind(type)) {
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_TYPEDEF:
			if (is_named(p, type->name_off))
				want(p, id);
			break;
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			if (is_named(p, type->name_off) || has_named_value(p, type))
				want(p, id);
			break;
		default:
			break;
		}
	}
}

/* What a pointer leads to, when the source can follow it. */
static void want_target(struct picker *p, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(p->from, id);

	while (type && (btf_is_mod(type) || btf_is_ptr(type))) {
		id = type->type;
		type = btf__type_by_id(p->from, id);
	}
	want(p, id);
}

static void want_member(struct picker *p, const struct btf_member *member)
{
	uint32_t id = member->type;
	const struct btf_type *type = btf__type_by_id(p->from, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type) || btf_is_array(type))) {
		if (btf_is_typedef(type))
			want(p, id);
		id = btf_is_array(type) ? btf_array(type)->type : type->type;
		type = btf__type_by_id(p->from, id);
	}
	if (!type || !btf_is_ptr(type))
		want(p, id);
	else if (is_named(p, member->name_off))
		want_target(p, type->type);
}

/* What a wanted type needs to be complete. */
static void want_parts(struct picker *p, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(p->from, id);

	switch (btf_kind(type)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		want(p, type->type);
		break;
	case BTF_KIND_ARRAY:
		want(p, btf_array(type)->type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (uint32_t i = 0; i < btf_vlen(type); i++)
			want_member(p, &btf_members(type)[i]);
		break;
	default:
		break;
	}
}

static int copied(struct picker *p, int id)
{
	if (id < 0)
		p->has_failed = true;
	return id < 0 ? 0 : id;
}

/* A type in the result, whose references are made right later; a struct that is not wanted only declared. */
static int copy(struct picker *p, uint32_t id)
{
	const struct btf_type *type;

	if (!id || p->has_failed)
		return 0;
	if (p->map[id])
		return p->map[id];
	type = btf__type_by_id(p->from, id);
	if (btf_is_composite(type) && !p->is_whole[id] && type->name_off)
		return p->map[id] = copied(p, btf__add_fwd(p->to, name_at(p, type->name_off),
							   btf_is_union(type) ? BTF_FWD_UNION
									      : BTF_FWD_STRUCT));
	p->map[id] = copied(p, btf__add_type(p->to, p->from, type));
	p->pending[p->n_pending++] = id;
	return p->map[id];
}

static struct btf_type *fresh(struct picker *p, int id)
{
	return (struct btf_type *)btf__type_by_id(p->to, id);
}

static void copy_members(struct picker *p, uint32_t id, int to)
{
	uint32_t n = btf_vlen(btf__type_by_id(p->from, id));

	for (uint32_t i = 0; i < n; i++) {
		int type = copy(p, btf_members(btf__type_by_id(p->from, id))[i].type);

		btf_members(fresh(p, to))[i].type = type;
	}
}

static void copy_params(struct picker *p, uint32_t id, int to)
{
	uint32_t n = btf_vlen(btf__type_by_id(p->from, id));
	int type = copy(p, btf__type_by_id(p->from, id)->type);

	fresh(p, to)->type = type;
	for (uint32_t i = 0; i < n; i++) {
		type = copy(p, btf_params(btf__type_by_id(p->from, id))[i].type);
		btf_params(fresh(p, to))[i].type = type;
	}
}

static void copy_array(struct picker *p, uint32_t id, int to)
{
	const struct btf_array *array = btf_array(btf__type_by_id(p->from, id));
	int type = copy(p, array->type), index = copy(p, array->index_type);

	btf_array(fresh(p, to))->type = type;
	btf_array(fresh(p, to))->index_type = index;
}

/* Ids inside the new type are those of `from` until they are replaced here. */
static void copy_references(struct picker *p, uint32_t id, int to)
{
	const struct btf_type *type = btf__type_by_id(p->from, id);
	int target;

	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		target = copy(p, type->type);
		fresh(p, to)->type = target;
		break;
	case BTF_KIND_ARRAY:
		copy_array(p, id, to);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		copy_members(p, id, to);
		break;
	case BTF_KIND_FUNC_PROTO:
		copy_params(p, id, to);
		break;
	default:
		break;
	}
}

int pick_types(const struct btf *btf, const struct words *words, struct btf **out, struct err *err)
{
	uint32_t n = btf__type_cnt(btf);
	AUTO(picker) struct picker p = { .from = btf, .words = words };

	p.to = btf__new_empty();
	if (!p.to)
		return err_errno(err, "make BTF");
	p.is_whole = mem_array(n, sizeof(*p.is_whole));
	p.queue = mem_array(n, sizeof(*p.queue));
	p.map = mem_array(n, sizeof(*p.map));
	p.pending = mem_array(n, sizeof(*p.pending));
	want_named(&p);
	for (size_t i = 0; i < p.n_queue; i++)
		want_parts(&p, p.queue[i]);
	for (size_t i = 0; i < p.n_queue; i++)
		copy(&p, p.queue[i]);
	for (size_t i = 0; i < p.n_pending && !p.has_failed; i++)
		copy_references(&p, p.pending[i], p.map[p.pending[i]]);
	if (p.has_failed) {
		btf__free(p.to);
		return err_set(err, EC_CORRUPT, "types that cannot be copied");
	}
	*out = p.to;
	return 0;
}
