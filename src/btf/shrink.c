// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/shrink.h"

#include "base/alloc.h"
#include "base/limits.h"

struct root { /* what to look for */
	const char *name;
	size_t len; /* of its essential name */
	uint32_t kind;
};

struct shrinker {
	const struct raw_btf *from;
	struct root *roots;
	size_t n_roots;
	uint8_t first[256]; /* is there a root whose name begins so */
	uint32_t kinds;	 /* bits of the kinds that are looked for: names of others are not read */
	uint32_t *map;	 /* id in from -> id in the result; 0: not taken */
	uint32_t *queue; /* ids in from, in the order of the result */
	size_t n_taken;
	struct str types;
	struct str strings;
	struct err *err;
};

static void shrinker_done(struct shrinker *s)
{
	free(s->roots);
	free(s->map);
	free(s->queue);
	str_done(&s->types);
	str_done(&s->strings);
}
AUTO_STRUCT(shrinker, struct shrinker, shrinker_done);

static uint32_t skip_modifiers(const struct raw_btf *btf, uint32_t id, bool through_typedefs)
{
	const struct btf_type *type;

	for (int depth = 0; id && id < btf->n_types && depth < 32; depth++) {
		type = raw_btf_type(btf, id);
		switch (raw_btf_kind(type)) {
		case BTF_KIND_TYPEDEF:
			if (!through_typedefs)
				return id;
			break;
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			break;
		default:
			return id;
		}
		id = type->type;
	}
	return id;
}

bool shrink_is_possible(const struct raw_btf *object_btf, const struct ext_info *info)
{
	uint32_t kind, id;

	for (size_t i = 0; i < info->n_relos; i++) {
		switch (info->relos[i].kind) {
		case BPF_CORE_TYPE_ID_TARGET:
		case BPF_CORE_TYPE_MATCHES:
			return false;
		case BPF_CORE_TYPE_EXISTS:
		case BPF_CORE_TYPE_SIZE:
			id = skip_modifiers(object_btf, info->relos[i].type_id, true);
			kind = id && id < object_btf->n_types
				       ? raw_btf_kind(raw_btf_type(object_btf, id))
				       : BTF_KIND_UNKN;
			if (kind == BTF_KIND_PTR || kind == BTF_KIND_FUNC_PROTO)
				return false;
			break;
		default:
			break;
		}
	}
	return true;
}

/* enum and enum64 are interchangeable for libbpf */
static uint32_t same_kind(uint32_t kind)
{
	return kind == BTF_KIND_ENUM64 ? BTF_KIND_ENUM : kind;
}

static void add_root(struct shrinker *s, const struct raw_btf *object_btf, uint32_t id)
{
	const struct btf_type *type = raw_btf_type(object_btf, id);
	struct root root = { .name = raw_btf_name(object_btf, type->name_off),
			     .kind = same_kind(raw_btf_kind(type)) };

	root.len = raw_btf_essential(root.name);
	if (root.len == 0)
		return;
	for (size_t i = 0; i < s->n_roots; i++)
		if (s->roots[i].kind == root.kind && s->roots[i].len == root.len &&
		    !memcmp(s->roots[i].name, root.name, root.len))
			return;
	s->roots[s->n_roots++] = root;
	s->first[(unsigned char)root.name[0]] = 1;
	s->kinds |= 1u << root.kind;
	if (root.kind == BTF_KIND_ENUM)
		s->kinds |= 1u << BTF_KIND_ENUM64;
}

static bool is_wanted(const struct shrinker *s, const char *name, uint32_t kind)
{
	for (size_t i = 0; i < s->n_roots; i++) {
		const struct root *root = &s->roots[i];

		/* name is NUL-terminated, so strncmp stops at its end */
		if (root->kind == kind && !strncmp(name, root->name, root->len) &&
		    (name[root->len] == '\0' || raw_btf_essential(name) == root->len))
			return true;
	}
	return false;
}

/* The id a type of `from` has in the result; taken at need. */
static uint32_t take(struct shrinker *s, uint32_t id)
{
	if (id == 0 || id >= s->from->n_types)
		return 0;
	if (!s->map[id]) {
		s->queue[s->n_taken++] = id;
		s->map[id] = s->n_taken;
	}
	return s->map[id];
}

static void find_roots(struct shrinker *s)
{
	const struct btf_type *type;
	const char *name;

	for (uint32_t id = 1; id < s->from->n_types; id++) {
		type = raw_btf_type(s->from, id);
		if (!(s->kinds & (1u << raw_btf_kind(type))) || !type->name_off ||
		    type->name_off >= s->from->strings_size)
			continue;
		name = s->from->strings + type->name_off;
		if (s->first[(unsigned char)*name] &&
		    is_wanted(s, name, same_kind(raw_btf_kind(type))))
			take(s, id);
	}
}

static uint32_t add_string(struct shrinker *s, uint32_t offset)
{
	const char *text = raw_btf_name(s->from, offset);
	uint32_t at = s->strings.len;

	if (!*text)
		return 0;
	str_add(&s->strings, text, strlen(text) + 1);
	return at;
}

static void add_members(struct shrinker *s, const struct btf_type *type)
{
	const struct btf_member *from = (const struct btf_member *)(type + 1);
	struct btf_member member;

	for (uint32_t i = 0; i < raw_btf_vlen(type); i++) {
		member = from[i];
		member.name_off = add_string(s, from[i].name_off);
		member.type = take(s, from[i].type);
		str_add(&s->types, &member, sizeof(member));
	}
}

static void add_enumerators(struct shrinker *s, const struct btf_type *type, size_t size)
{
	const char *from = (const char *)(type + 1);
	uint32_t name;

	for (uint32_t i = 0; i < raw_btf_vlen(type); i++, from += size) {
		memcpy(&name, from, sizeof(name)); /* both kinds begin with the name */
		name = add_string(s, name);
		str_add(&s->types, &name, sizeof(name));
		str_add(&s->types, from + sizeof(name), size - sizeof(name));
	}
}

static void add_array(struct shrinker *s, const struct btf_type *type)
{
	struct btf_array array = *(const struct btf_array *)(type + 1);

	array.type = take(s, array.type);
	array.index_type = take(s, array.index_type);
	str_add(&s->types, &array, sizeof(array));
}

/* One type of the queue, with the ids of the result. What it holds by value is taken. */
static int add_type(struct shrinker *s, uint32_t id)
{
	const struct btf_type *type = raw_btf_type(s->from, id);
	struct btf_type head = *type;
	uint32_t kind = raw_btf_kind(type);

	head.name_off = add_string(s, type->name_off);
	switch (kind) {
	case BTF_KIND_PTR:
		head.type = 0;
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		head.type = take(s, type->type);
		break;
	case BTF_KIND_FUNC_PROTO: /* only behind pointers in C: never reached by value */
		head.info = BTF_KIND_FUNC_PROTO << 24;
		head.type = 0;
		break;
	default:
		break;
	}
	str_add(&s->types, &head, sizeof(head));
	switch (kind) {
	case BTF_KIND_INT:
		str_add(&s->types, type + 1, sizeof(uint32_t));
		break;
	case BTF_KIND_ARRAY:
		add_array(s, type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		add_members(s, type);
		break;
	case BTF_KIND_ENUM:
		add_enumerators(s, type, sizeof(struct btf_enum));
		break;
	case BTF_KIND_ENUM64:
		add_enumerators(s, type, sizeof(struct btf_enum64));
		break;
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_KIND_FUNC:
	case BTF_KIND_DECL_TAG:
		return err_set(s->err, EC_CORRUPT, "BTF type %u: a %u cannot be a member", id,
			       kind);
	default:
		break;
	}
	return 0;
}

static void write_result(struct shrinker *s, struct str *out)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = s->types.len,
		.str_off = s->types.len,
		.str_len = s->strings.len,
	};

	str_add(out, &header, sizeof(header));
	str_add(out, str_text(&s->types), s->types.len);
	str_add(out, str_text(&s->strings), s->strings.len);
}

int shrink_for_relos(const struct raw_btf *from, const struct raw_btf *object_btf,
		     const struct ext_info *info, struct str *out, struct err *err)
{
	AUTO(shrinker)
	struct shrinker s = { .from = from,
			      .types = STR_MAX(LIMIT_KERNEL_BTF),
			      .strings = STR_MAX(LIMIT_KERNEL_BTF),
			      .err = err };

	s.roots = mem_array(info->n_relos, sizeof(*s.roots));
	s.map = mem_array(from->n_types, sizeof(*s.map));
	s.queue = mem_array(from->n_types, sizeof(*s.queue));
	str_addc(&s.strings, '\0');
	for (size_t i = 0; i < info->n_relos; i++)
		if (info->relos[i].kind != BPF_CORE_TYPE_ID_LOCAL)
			add_root(&s, object_btf, info->relos[i].type_id);
	find_roots(&s);
	for (size_t i = 0; i < s.n_taken; i++)
		if (add_type(&s, s.queue[i]) < 0)
			return -1;
	write_result(&s, out);
	if (str_check(&s.types, "BTF", err) < 0 || str_check(&s.strings, "BTF", err) < 0)
		return -1;
	return str_check(out, "BTF", err);
}
