// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/minimal.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "btf/core_priv.h"

/* Why a type is kept, which says what of that it refers to is kept too; and how it is written. */
enum {
	KEEP_VALUE = 1,	   /* the type of a member: its kind, name and size */
	KEEP_COMPAT = 2,   /* for core_types_are_compatible() */
	KEEP_MATCH = 4,	   /* for core_types_match() */
	KEEP_BEHIND = 8,   /* the same, behind a pointer */
	WRITE_ALL = 16,	   /* all members, enumerators, arguments */
	WRITE_REFERS = 32, /* what a pointer points to */
};

struct visit {
	uint32_t id;
	uint8_t why;
};

struct keeper {
	const struct raw_btf *from;
	uint8_t *marks; /* by id in from */
	struct visit *queue;
	size_t n_queue;
	size_t queue_cap;
	uint64_t *members; /* id << 32 | index of a member or an enumerator */
	size_t n_members;
	size_t members_cap;
	size_t at_member; /* while it is written */
	uint32_t *map;	  /* id in from -> id in the result */
	uint32_t *names;  /* offset in from -> offset in the result; 0: not there yet */
	struct str types;
	struct str strings;
};

static void keeper_done(struct keeper *k)
{
	free(k->marks);
	free(k->queue);
	free(k->members);
	free(k->map);
	free(k->names);
	str_done(&k->types);
	str_done(&k->strings);
}
AUTO_STRUCT(keeper, struct keeper, keeper_done);

static void keep(struct keeper *k, uint32_t id, uint8_t why)
{
	if (!id || id >= k->from->n_types || (k->marks[id] & why))
		return;
	k->marks[id] |= why;
	ARRAY_ROOM(k->queue, k->n_queue, k->queue_cap);
	k->queue[k->n_queue++] = (struct visit){ id, why };
}

static void keep_member(struct keeper *k, uint32_t id, uint32_t index)
{
	ARRAY_ROOM(k->members, k->n_members, k->members_cap);
	k->members[k->n_members++] = (uint64_t)id << 32 | index;
}

static void keep_arguments(struct keeper *k, uint32_t id, const struct btf_type *type, uint8_t why)
{
	if (why == KEEP_VALUE)
		return;
	k->marks[id] |= WRITE_ALL | WRITE_REFERS;
	keep(k, type->type, why);
	for (uint32_t i = 0; i < btf_vlen(type); i++)
		keep(k, btf_params(type)[i].type, why);
}

static void keep_members(struct keeper *k, uint32_t id, const struct btf_type *type)
{
	k->marks[id] |= WRITE_ALL;
	for (uint32_t i = 0; i < btf_vlen(type); i++)
		keep(k, btf_members(type)[i].type, KEEP_MATCH);
}

/* What a type refers to, as far as it is looked at for this reason. */
static void follow(struct keeper *k, uint32_t id, uint8_t why)
{
	const struct btf_type *type = raw_btf_type(k->from, id);

	switch (btf_kind(type)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		keep(k, type->type, why);
		break;
	case BTF_KIND_ARRAY:
		keep(k, btf_array(type)->type, why);
		break;
	case BTF_KIND_PTR:
		if (why == KEEP_VALUE)
			break;
		k->marks[id] |= WRITE_REFERS;
		keep(k, type->type, why == KEEP_COMPAT ? KEEP_COMPAT : KEEP_BEHIND);
		break;
	case BTF_KIND_FUNC_PROTO:
		keep_arguments(k, id, type, why);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		if (why == KEEP_MATCH)
			keep_members(k, id, type);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		if (why == KEEP_MATCH || why == KEEP_BEHIND)
			k->marks[id] |= WRITE_ALL;
		break;
	default:
		break;
	}
}

/* The members on the way to a field, those without a name among them. */
static void keep_way(struct keeper *k, const struct core_spec *spec)
{
	uint32_t id = spec->root;

	for (uint32_t i = 1; i < spec->n_levels; i++) {
		const struct btf_type *type = raw_btf_strip(k->from, id, &id);

		if (type && btf_is_composite(type)) {
			keep_member(k, id, spec->levels[i]);
			id = btf_members(type)[spec->levels[i]].type;
			keep(k, id, KEEP_VALUE);
		} else if (type && btf_is_array(type)) {
			id = btf_array(type)->type; /* kept with the array */
		}
	}
}

static void on_match(void *arg, const struct core_spec *local, const struct core_spec *target)
{
	struct keeper *k = arg;

	if (core_is_type(local->kind)) {
		keep(k, target->root,
		     local->kind == BPF_CORE_TYPE_MATCHES ? KEEP_MATCH : KEEP_COMPAT);
		return;
	}
	keep(k, target->root, KEEP_VALUE);
	if (core_is_enumerator(local->kind))
		keep_member(k, target->accessors[0].type, target->accessors[0].index);
	else
		keep_way(k, target);
}

static uint32_t put_name(struct keeper *k, uint32_t offset)
{
	const char *name = raw_btf_name(k->from, offset);

	if (!*name)
		return 0;
	if (!k->names[offset]) {
		k->names[offset] = k->strings.len;
		str_add(&k->strings, name, strlen(name) + 1);
	}
	return k->names[offset];
}

static uint32_t mapped(const struct keeper *k, uint32_t id)
{
	return id < k->from->n_types ? k->map[id] : 0;
}

/*
 * The next member of a type that is kept, from *index on; false: there is none. They are sorted, and
 * types are written in the order of their ids.
 */
static bool next_member(struct keeper *k, uint32_t id, uint32_t vlen, uint32_t *index)
{
	uint64_t least = (uint64_t)id << 32 | *index;

	if (k->marks[id] & WRITE_ALL)
		return *index < vlen;
	while (k->at_member < k->n_members && k->members[k->at_member] < least)
		k->at_member++;
	if (k->at_member == k->n_members || k->members[k->at_member] >> 32 != id)
		return false;
	*index = (uint32_t)k->members[k->at_member];
	return true;
}

static uint32_t put_members(struct keeper *k, uint32_t id, const struct btf_type *type)
{
	uint32_t n = 0;

	for (uint32_t i = 0; next_member(k, id, btf_vlen(type), &i); i++, n++) {
		struct btf_member member = btf_members(type)[i];

		member.name_off = put_name(k, member.name_off);
		member.type = mapped(k, member.type);
		str_add(&k->types, &member, sizeof(member));
	}
	return n;
}

static uint32_t put_enumerators(struct keeper *k, uint32_t id, const struct btf_type *type)
{
	size_t size = btf_is_enum(type) ? sizeof(struct btf_enum) : sizeof(struct btf_enum64);
	uint32_t n = 0, name;

	for (uint32_t i = 0; next_member(k, id, btf_vlen(type), &i); i++, n++) {
		const char *from = (const char *)(type + 1) + i * size;

		memcpy(&name, from, sizeof(name)); /* both kinds begin with the name */
		name = put_name(k, name);
		str_add(&k->types, &name, sizeof(name));
		str_add(&k->types, from + sizeof(name), size - sizeof(name));
	}
	return n;
}

static uint32_t put_arguments(struct keeper *k, uint32_t id, const struct btf_type *type)
{
	uint32_t i = 0;

	for (; (k->marks[id] & WRITE_ALL) && i < btf_vlen(type); i++) {
		struct btf_param param = { 0, mapped(k, btf_params(type)[i].type) };

		str_add(&k->types, &param, sizeof(param));
	}
	return i;
}

static void put_array(struct keeper *k, const struct btf_type *type)
{
	struct btf_array array = { mapped(k, btf_array(type)->type), 0, btf_array(type)->nelems };

	str_add(&k->types, &array, sizeof(array));
}

/* What follows the head of a type; how many parts it has. */
static uint32_t put_tail(struct keeper *k, uint32_t id, const struct btf_type *type)
{
	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		str_add(&k->types, type + 1, sizeof(uint32_t));
		return 0;
	case BTF_KIND_ARRAY:
		put_array(k, type);
		return 0;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return put_members(k, id, type);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return put_enumerators(k, id, type);
	case BTF_KIND_FUNC_PROTO:
		return put_arguments(k, id, type);
	default:
		return 0;
	}
}

/* What the word behind `info` is: a size stays, a type gets its id in the result. */
static uint32_t size_or_type(const struct keeper *k, uint32_t id, const struct btf_type *type)
{
	switch (btf_kind(type)) {
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return mapped(k, type->type);
	case BTF_KIND_PTR:
	case BTF_KIND_FUNC_PROTO:
		return k->marks[id] & WRITE_REFERS ? mapped(k, type->type) : 0;
	default:
		return type->size;
	}
}

static int put_type(struct keeper *k, uint32_t id, struct err *err)
{
	const struct btf_type *type = raw_btf_type(k->from, id);
	struct btf_type head = *type;
	size_t at = k->types.len;
	uint32_t n;

	if (btf_is_var(type) || btf_is_datasec(type) || btf_is_func(type) || btf_is_decl_tag(type))
		return err_set(err, EC_CORRUPT, "BTF type %u: a %s cannot be a member", id,
			       core_kind_word(type));
	head.name_off = put_name(k, type->name_off);
	head.size = size_or_type(k, id, type);
	str_add(&k->types, &head, sizeof(head));
	n = put_tail(k, id, type);
	head.info = (head.info & ~(uint32_t)0xffff) | n;
	if (!k->types.is_full)
		memcpy(k->types.data + at, &head, sizeof(head));
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int write_all(struct keeper *k, struct str *out, struct err *err)
{
	struct btf_header header = { .magic = BTF_MAGIC,
				     .version = BTF_VERSION,
				     .hdr_len = sizeof(header) };
	uint32_t n = 0;

	if (k->n_members)
		qsort(k->members, k->n_members, sizeof(*k->members), by_number);
	for (uint32_t id = 1; id < k->from->n_types; id++)
		if (k->marks[id])
			k->map[id] = ++n;
	str_addc(&k->strings, '\0');
	for (uint32_t id = 1; id < k->from->n_types; id++)
		if (k->marks[id] && put_type(k, id, err) < 0)
			return -1;
	if (str_check(&k->types, "BTF", err) < 0 || str_check(&k->strings, "BTF", err) < 0)
		return -1;
	header.type_len = k->types.len;
	header.str_off = k->types.len;
	header.str_len = k->strings.len;
	str_add(out, &header, sizeof(header));
	str_add(out, str_text(&k->types), k->types.len);
	str_add(out, str_text(&k->strings), k->strings.len);
	return str_check(out, "BTF", err);
}

const struct core_relo *minimal_obstacle(const struct ext_info *info)
{
	for (size_t i = 0; i < info->n_relos; i++)
		if (info->relos[i].kind == BPF_CORE_TYPE_ID_TARGET)
			return &info->relos[i];
	return NULL;
}

static int refuse(const struct raw_btf *object_btf, const struct ext_info *info,
		  const struct core_relo *relo, struct err *err)
{
	const struct line_info *line = ext_info_line(info, relo->section, relo->insn_off);
	char text[160], where[160] = "";

	core_spell(object_btf, relo, text, sizeof(text));
	if (line)
		snprintf(where, sizeof(where), "%.120s:%" PRIu32 ": ", line->file, line->line);
	return err_set(
		err, EC_UNSUPPORTED,
		"%sthe kernel's own type id of %s is asked for, which a part of its BTF does "
		"not have",
		where, text);
}

/* A kernel of 32 bits tells the size of its pointers by its "long". */
static void keep_long(struct keeper *k)
{
	for (uint32_t id = 1; k->from->pointer_size == 4 && id < k->from->n_types; id++) {
		const struct btf_type *type = raw_btf_type(k->from, id);

		if (btf_is_int(type) && type->size == 4 &&
		    !strcmp(core_type_name(k->from, type), "long unsigned int")) {
			keep(k, id, KEEP_VALUE);
			return;
		}
	}
}

int minimal_make(const struct core_target *kernel, const struct raw_btf *object_btf,
		 const struct ext_info *info, struct str *out, struct err *err)
{
	const struct raw_btf *from = kernel->btf;
	const struct core_targets targets = { .main = *kernel };
	AUTO(keeper)
	struct keeper k = { .from = from,
			    .types = STR_MAX(LIMIT_KERNEL_BTF),
			    .strings = STR_MAX(LIMIT_KERNEL_BTF) };
	const struct core_watch watch = { .matched = on_match, .arg = &k };
	AUTO(core_resolver) struct core_resolver *resolver = NULL;
	struct core_result result;

	if (minimal_obstacle(info))
		return refuse(object_btf, info, minimal_obstacle(info), err);
	k.marks = mem_array(from->n_types, sizeof(*k.marks));
	k.map = mem_array(from->n_types, sizeof(*k.map));
	k.names = mem_array((size_t)from->strings_size + 1, sizeof(*k.names));
	resolver = core_resolver_new(object_btf, &targets, CORE_SIZE_WHOLE);
	core_resolver_watch(resolver, &watch);
	for (size_t i = 0; i < info->n_relos; i++)
		core_resolve(resolver, &info->relos[i], &result);
	keep_long(&k);
	for (size_t i = 0; i < k.n_queue; i++)
		follow(&k, k.queue[i].id, k.queue[i].why);
	return write_all(&k, out, err);
}
