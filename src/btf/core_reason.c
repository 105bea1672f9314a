// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "btf/core_priv.h"

#define NAMES_MOST 4096 /* members that are looked through for the nearest name */
#define NAME_MOST 64	/* longer ones are not compared by text_nearest() */
#define NESTING_MOST 8
#define SHORT 3

/* The names of a struct or an enum. */
struct names {
	const char *items[NAMES_MOST];
	size_t n;
	size_t n_seen;
};

const char *core_kind_word(const struct btf_type *type)
{
	static const char *const words[] = {
		[BTF_KIND_UNKN] = "void",
		[BTF_KIND_INT] = "integer",
		[BTF_KIND_PTR] = "pointer",
		[BTF_KIND_ARRAY] = "array",
		[BTF_KIND_STRUCT] = "struct",
		[BTF_KIND_UNION] = "union",
		[BTF_KIND_ENUM] = "enum",
		[BTF_KIND_FWD] = "forward declaration",
		[BTF_KIND_TYPEDEF] = "typedef",
		[BTF_KIND_VOLATILE] = "volatile",
		[BTF_KIND_CONST] = "const",
		[BTF_KIND_RESTRICT] = "restrict",
		[BTF_KIND_FUNC] = "function",
		[BTF_KIND_FUNC_PROTO] = "function prototype",
		[BTF_KIND_VAR] = "variable",
		[BTF_KIND_DATASEC] = "section",
		[BTF_KIND_FLOAT] = "floating point number",
		[BTF_KIND_DECL_TAG] = "tag",
		[BTF_KIND_TYPE_TAG] = "tag",
		[BTF_KIND_ENUM64] = "enum",
	};
	uint32_t kind = btf_kind(type);

	return kind < ARRAY_SIZE(words) ? words[kind] : "type";
}

/* What stands before a name in C; integers and typedefs have a bare name. */
const char *core_prefix(const struct btf_type *type)
{
	if (btf_is_fwd(type))
		return btf_kflag(type) ? "union " : "struct ";
	if (btf_is_struct(type))
		return "struct ";
	if (btf_is_union(type))
		return "union ";
	return btf_is_any_enum(type) ? "enum " : "";
}

static void names_add(struct names *names, const char *name)
{
	if (*name && names->n < NAMES_MOST && strnlen(name, NAME_MOST + 1) <= NAME_MOST)
		names->items[names->n++] = name;
}

static void add_members(struct names *names, const struct raw_btf *btf, uint32_t id, int depth)
{
	const struct btf_type *type = raw_btf_strip(btf, id, &id);
	const struct btf_member *member;

	if (!type || !btf_is_composite(type))
		return;
	member = btf_members(type);
	for (uint32_t i = 0; i < btf_vlen(type) && names->n_seen < NAMES_MOST; i++, member++) {
		const char *name = raw_btf_name(btf, member->name_off);

		names->n_seen++;
		if (*name)
			names_add(names, name);
		else if (depth < NESTING_MOST)
			add_members(names, btf, member->type, depth + 1);
	}
}

static void add_enumerators(struct names *names, const struct raw_btf *btf,
			    const struct btf_type *type)
{
	for (uint32_t i = 0; i < btf_vlen(type); i++)
		names_add(names, core_enumerator(btf, type, i));
}

/* What a name was changed to most often is the same with underscores before it. */
static const char *nearest(const struct names *names, const char *wanted)
{
	const char *bare = wanted + strspn(wanted, "_");

	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->items[i] + strspn(names->items[i], "_"), bare))
			return names->items[i];
	/* of so few letters one that differs is another name */
	return strlen(wanted) < SHORT ? NULL : text_nearest(wanted, names->items, names->n);
}

static void tell_closest(const struct core_failure *failure, const char *wanted,
			 struct core_result *out)
{
	const struct btf_type *type = raw_btf_type(failure->btf, failure->type);
	AUTO(free) struct names *names = mem_alloc(sizeof(*names));
	const char *name;

	if (strnlen(wanted, NAME_MOST + 1) > NAME_MOST)
		return;
	if (btf_is_any_enum(type))
		add_enumerators(names, failure->btf, type);
	else
		add_members(names, failure->btf, failure->type, 0);
	name = nearest(names, wanted);
	if (name)
		snprintf(out->closest, sizeof(out->closest), "%s", name);
}

/* "struct foo", or where it has no name, by what it is part of. */
static void spell_type(const struct raw_btf *btf, uint32_t id, uint32_t root, char *out,
		       size_t size)
{
	const struct btf_type *type = raw_btf_at(btf, id), *outer = raw_btf_at(btf, root);
	const char *name = core_type_name(btf, type);

	if (*name)
		snprintf(out, size, "%s%.100s", core_prefix(type), name);
	else if (btf_is_typedef(outer))
		snprintf(out, size, "%.100s", core_type_name(btf, outer));
	else
		snprintf(out, size, "a %s of %s%.100s", core_kind_word(type), core_prefix(outer),
			 core_type_name(btf, outer));
}

/* A member's type: "struct foo", "pointer". */
static void spell_member(const struct raw_btf *btf, uint32_t id, char *out, size_t size)
{
	const struct btf_type *type = raw_btf_strip(btf, id, NULL);
	const char *name = type ? core_type_name(btf, type) : "";

	if (*name)
		snprintf(out, size, "%s%.80s", core_prefix(type), name);
	else
		snprintf(out, size, "%s", type ? core_kind_word(type) : "broken");
}

static void explain_other_kind(const struct core_failure *failure, const struct core_spec *local,
			       const char *type, struct core_result *out)
{
	const struct core_accessor *a = &local->accessors[failure->depth];
	const struct btf_member *member = btf_members(raw_btf_type(local->btf, a->type)) + a->index;
	char before[96], after[96];

	spell_member(local->btf, member->type, before, sizeof(before));
	spell_member(failure->btf, failure->member, after, sizeof(after));
	snprintf(out->why, sizeof(out->why),
		 "'%.60s' of %.100s is of type %.60s, in the program %.60s", a->name, type, after,
		 before);
}

static void explain_failure(const struct core_failure *failure, const struct core_spec *local,
			    struct core_result *out)
{
	const struct core_accessor *a = &local->accessors[failure->depth];
	const struct btf_type *type = raw_btf_at(failure->btf, failure->type);
	char word[160];

	spell_type(failure->btf, failure->type, failure->root, word, sizeof(word));
	switch (failure->obstacle) {
	case OBSTACLE_NO_MEMBER:
	case OBSTACLE_NO_ENUMERATOR:
		snprintf(out->why, sizeof(out->why), "%s has no '%.100s'", word, a->name);
		tell_closest(failure, a->name, out);
		break;
	case OBSTACLE_OTHER_KIND:
		explain_other_kind(failure, local, word, out);
		break;
	case OBSTACLE_SHORT_ARRAY:
		snprintf(out->why, sizeof(out->why),
			 "%s%.100s%s has %u elements, [%u] is asked for",
			 a[-1].name ? "'" : "an array of ", a[-1].name ? a[-1].name : word,
			 a[-1].name ? "'" : "", btf_array(type)->nelems, a->index);
		break;
	case OBSTACLE_NO_ARRAY:
		snprintf(out->why, sizeof(out->why), "%s%.100s%s is no array",
			 a[-1].name ? "'" : "", a[-1].name ? a[-1].name : word,
			 a[-1].name ? "'" : "");
		break;
	case OBSTACLE_NO_STRUCT:
	case OBSTACLE_NO_ENUM:
		snprintf(out->why, sizeof(out->why), "%s is no %s", word,
			 failure->obstacle == OBSTACLE_NO_ENUM ? "enum" : "struct");
		break;
	default:
		snprintf(out->why, sizeof(out->why), "%s is defined in another way", word);
	}
}

/* The type is not there at all; perhaps its name is, as something else. */
static void explain_absence(const struct core_spec *local, const struct core_target *main,
			    struct core_result *out)
{
	const struct btf_type *type = raw_btf_type(local->btf, local->root), *other;
	const char *name = core_type_name(local->btf, type);
	size_t len = core_essential(name);
	uint32_t id = name_index_first(main->names, main->btf, name, len);
	int shown = len < 200 ? (int)len : 200;

	out->why[0] = '\0';
	if (!id) {
		snprintf(out->why, sizeof(out->why), "there is no %s%.*s", core_prefix(type), shown,
			 name);
		return;
	}
	other = raw_btf_type(main->btf, id);
	snprintf(out->why, sizeof(out->why), "there is no %s%.*s, only a %s of this name",
		 *core_prefix(type) ? core_prefix(type) : "type ", shown, name,
		 core_kind_word(other));
}

void core_explain(const struct core_job *job, const struct core_spec *local,
		  const struct core_target *main, struct core_result *out)
{
	if (job->failure.obstacle)
		explain_failure(&job->failure, local, out);
	else
		explain_absence(local, main, out);
}
