// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "btf/type.h"
#include "run/plan_build.h"

#define MAX_UNNAMED 4

/* Keys of epm's own stand in the same object. */
static bool is_taken(const struct plan_builder *b, const struct plan_field *f, const char *name)
{
	return plan_is_json(b) && !*f->column &&
	       ((b->has_source_key && !strcmp(name, "source")) ||
		(b->has_time_key && !strcmp(name, "time")));
}

static void add_key(struct plan_builder *b, const char *name, bool *is_first)
{
	json_t *text;

	if (!plan_is_json(b))
		return;
	if (!*is_first)
		str_addc(&b->pending, ',');
	*is_first = false;
	text = js_text_lossy(name, strlen(name));
	{
		AUTO(free) char *quoted = js_dump(text);

		str_addf(&b->pending, "%s:", quoted);
	}
	json_decref(text);
}

static int add_member(struct plan_builder *b, const struct plan_field *f,
		      const struct btf_type *type, uint32_t i, const struct config_member *wish,
		      bool *is_first)
{
	const struct btf_member *member = btf_members(type) + i;
	const char *name = type_text(b->btf, member->name_off);
	/* a column may be renamed for the eye; the keys of JSON are the members' names */
	bool is_renamed = wish && wish->column && !plan_is_json(b);
	const char *shown = is_renamed ? wish->column : name ? name : "";
	AUTO(free) char *path = NULL;
	AUTO(free) char *other = NULL;
	struct plan_field sub = {
		.type_id = member->type,
		.bit_offset = f->offset * 8 + btf_member_bit_offset(type, i),
		.bit_size = btf_member_bitfield_size(type, i),
		.wish = wish,
	};

	if (is_taken(b, f, shown))
		shown = other = mem_printf("%s_", shown);
	path = *f->column ? mem_printf("%s.%s", f->column, shown) : mem_text(shown);
	sub.column = path;
	sub.offset = sub.bit_offset / 8;
	add_key(b, shown, is_first);
	return plan_add_value(b, &sub);
}

/* Members in the order they stand; what an anonymous struct or union holds belongs to its outer. */
static int add_members(struct plan_builder *b, const struct plan_field *f,
		       const struct btf_type *type, bool *is_first)
{
	const struct btf_member *members = btf_members(type);
	int rc = 0;

	if (++b->depth > PLAN_NESTING)
		return err_set(b->err, EC_CORRUPT, "BTF: structs nested deeper than %d",
			       PLAN_NESTING);
	for (uint32_t i = 0; i < btf_vlen(type) && rc == 0; i++) {
		const char *name = type_text(b->btf, members[i].name_off);
		const struct btf_type *inner = type_stripped(b->btf, members[i].type);
		struct plan_field sub = *f;

		if (plan_count(b) < 0)
			return -1;
		if (name && *name) {
			rc = add_member(b, f, type, i, NULL, is_first);
		} else if (btf_is_composite(inner)) {
			sub.offset += btf_member_bit_offset(type, i) / 8;
			rc = add_members(b, &sub, inner, is_first);
		}
	}
	b->depth--;
	return rc;
}

int plan_add_struct(struct plan_builder *b, const struct plan_field *f, uint32_t type_id,
		    bool is_root)
{
	const struct btf_type *type = btf__type_by_id(b->btf, type_id);
	bool is_first = true;

	if (plan_is_json(b) && !is_root)
		str_addc(&b->pending, '{');
	if (add_members(b, f, type, &is_first) < 0)
		return -1;
	if (plan_is_json(b) && !is_root)
		str_addc(&b->pending, '}');
	return 0;
}

struct owner {
	const struct btf_type *type;
	uint32_t base; /* bytes in the record */
};

/*
 * The number of a member by name; -1: there is none. *owner becomes the unnamed struct or union that
 * holds it. The kernel has such structs three deep; BTF by hand may have them in themselves.
 */
static int find_member(const struct btf *btf, const char *name, struct owner *owner, int depth)
{
	const struct btf_type *type = owner->type;
	const struct btf_member *members = btf_members(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const char *found = type_text(btf, members[i].name_off);
		struct owner inner = { type_stripped(btf, members[i].type),
				       owner->base + btf_member_bit_offset(type, i) / 8 };
		int index;

		if (found && !strcmp(found, name) && *name)
			return i;
		if ((found && *found) || !btf_is_composite(inner.type) || depth == 0)
			continue;
		index = find_member(btf, name, &inner, depth - 1);
		if (index >= 0) {
			*owner = inner;
			return index;
		}
	}
	return -1;
}

/* Columns as the configuration lists them. */
static int add_chosen(struct plan_builder *b, const struct config_export *export,
		      const struct btf_type *type)
{
	bool is_first = true;
	int rc = 0;

	for (size_t i = 0; i < export->n_members && rc == 0; i++) {
		const struct config_member *wish = &export->members[i];
		struct owner owner = { type, 0 };
		struct plan_field place = { .column = "" };
		int index = find_member(b->btf, wish->name, &owner, MAX_UNNAMED);

		if (index < 0)
			return err_set(b->err, EC_CORRUPT,
				       "configuration: struct %s has no member '%s'", export->name,
				       wish->name);
		if (plan_count(b) < 0)
			return -1;
		place.offset = owner.base;
		if (!wish->is_hidden)
			rc = add_member(b, &place, owner.type, index, wish, &is_first);
	}
	return rc;
}

int plan_add_root(struct plan_builder *b, uint32_t type_id, const struct config_export *export)
{
	bool is_bare = b->bare_name == NULL;
	struct plan_field whole = { .column = "", .type_id = type_id };
	const struct btf_type *type;
	struct type_info info;
	bool is_first = true;

	if (type_describe(b->btf, type_id, &info, b->err) < 0)
		return -1;
	if (info.size == 0)
		return err_set(b->err, EC_CORRUPT, "BTF: type %u has no size", type_id);
	b->plan->record_size = info.size;
	type = btf__type_by_id(b->btf, info.id);
	if (info.shape != TYPE_STRUCT && info.shape != TYPE_UNION) {
		whole.column = is_bare ? "" : b->bare_name;
		if (!is_bare)
			add_key(b, b->bare_name, &is_first);
		return plan_add_value(b, &whole);
	}
	if (is_bare)
		str_addc(&b->pending, '{');
	if (export && export->n_members ? add_chosen(b, export, type) < 0
					: plan_add_struct(b, &whole, info.id, true) < 0)
		return -1;
	if (is_bare)
		str_addc(&b->pending, '}');
	return 0;
}
