// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/raw_btf.h"

#include "base/alloc.h"

#define BTF_MAGIC_SWAPPED 0x9feb
#define CHAIN_MOST 32 /* types in a chain; libbpf, MAX_RESOLVE_DEPTH */

/* Bytes that follow struct btf_type: a fixed part, and one for each of vlen. */
static const struct {
	uint8_t fixed;
	uint8_t each;
} tails[] = {
	[BTF_KIND_UNKN] = { 0, 0 },
	[BTF_KIND_INT] = { 4, 0 },
	[BTF_KIND_PTR] = { 0, 0 },
	[BTF_KIND_ARRAY] = { sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT] = { 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { 0, sizeof(struct btf_enum) },
	[BTF_KIND_FWD] = { 0, 0 },
	[BTF_KIND_TYPEDEF] = { 0, 0 },
	[BTF_KIND_VOLATILE] = { 0, 0 },
	[BTF_KIND_CONST] = { 0, 0 },
	[BTF_KIND_RESTRICT] = { 0, 0 },
	[BTF_KIND_FUNC] = { 0, 0 },
	[BTF_KIND_FUNC_PROTO] = { 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC] = { 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_FLOAT] = { 0, 0 },
	[BTF_KIND_DECL_TAG] = { sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_TYPE_TAG] = { 0, 0 },
	[BTF_KIND_ENUM64] = { 0, sizeof(struct btf_enum64) },
};

static int corrupt(const char *what, const char *why, struct err *err)
{
	return err_set(err, EC_CORRUPT, "%s: not valid BTF: %s", what, why);
}

static int read_header(struct span data, const char *what, struct raw_btf *btf, struct err *err)
{
	struct btf_header header;
	uint64_t types_at, strings_at;

	if (data.len < sizeof(header))
		return corrupt(what, "shorter than its header", err);
	memcpy(&header, data.data, sizeof(header));
	if (header.magic == BTF_MAGIC_SWAPPED)
		return err_set(err, EC_UNSUPPORTED, "%s: BTF of the other byte order", what);
	if (header.magic != BTF_MAGIC)
		return corrupt(what, "no BTF magic", err);
	if (header.version != BTF_VERSION)
		return err_set(err, EC_UNSUPPORTED, "%s: BTF version %u", what, header.version);
	types_at = (uint64_t)header.hdr_len + header.type_off;
	strings_at = (uint64_t)header.hdr_len + header.str_off;
	if (header.hdr_len < sizeof(header) || types_at % 4 || types_at > data.len ||
	    header.type_len > data.len - types_at)
		return corrupt(what, "the types pass the end", err);
	if (strings_at > data.len || header.str_len > data.len - strings_at ||
	    (!header.str_len && !btf->base))
		return corrupt(what, "the strings pass the end", err);
	btf->types = data.data + types_at;
	btf->types_size = header.type_len;
	btf->strings = data.data + strings_at;
	btf->strings_size = header.str_len;
	/* the first string of split BTF is no empty one: offset 0 is the base's */
	if (!header.str_len)
		return 0;
	if ((!btf->base && btf->strings[0]) || btf->strings[btf->strings_size - 1])
		return corrupt(what, "the strings are not terminated", err);
	return 0;
}

static int index_types(const char *what, struct raw_btf *btf, struct err *err)
{
	/* A type takes 12 bytes at least; most take more, so a third is a good first guess. */
	uint32_t cap = btf->types_size / 36 + 16, at = 0, n = 1, kind;
	uint64_t size;
	const struct btf_type *type;

	btf->offsets = mem_array(cap, sizeof(*btf->offsets));
	while (at < btf->types_size) {
		if (btf->types_size - at < sizeof(*type))
			return corrupt(what, "a type is cut", err);
		type = (const struct btf_type *)(btf->types + at);
		kind = raw_btf_kind(type);
		if (kind == BTF_KIND_UNKN || kind >= ARRAY_SIZE(tails))
			return err_set(err, EC_UNSUPPORTED, "%s: BTF kind %u is not known", what,
				       kind);
		size = sizeof(*type) + tails[kind].fixed +
		       (uint64_t)tails[kind].each * raw_btf_vlen(type);
		if (size > btf->types_size - at)
			return corrupt(what, "a type passes the end", err);
		if (n == cap) {
			cap *= 2;
			btf->offsets = mem_resize(btf->offsets, cap, sizeof(*btf->offsets));
		}
		btf->offsets[n++] = at;
		at += size;
	}
	if (n > UINT32_MAX - btf->n_base)
		return corrupt(what, "too many types", err);
	btf->n_types = btf->n_base + n;
	return 0;
}

/* libbpf, determine_ptr_size(): what the program's "long" says */
static uint8_t find_pointer_size(const struct raw_btf *btf)
{
	static const char *const longs[] = { "long",
					     "long int",
					     "int long",
					     "unsigned long",
					     "long unsigned",
					     "unsigned long int",
					     "unsigned int long",
					     "long unsigned int",
					     "long int unsigned",
					     "int unsigned long",
					     "int long unsigned" };

	if (btf->base)
		return btf->base->pointer_size;
	for (uint32_t id = 1; id < btf->n_types; id++) {
		const struct btf_type *type = raw_btf_type(btf, id);

		if (raw_btf_kind(type) != BTF_KIND_INT || (type->size != 4 && type->size != 8))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(longs); i++)
			if (!strcmp(raw_btf_name(btf, type->name_off), longs[i]))
				return type->size;
	}
	return 8;
}

int raw_btf_open(struct span data, const char *what, struct raw_btf *out, struct err *err)
{
	return raw_btf_open_split(data, NULL, what, out, err);
}

int raw_btf_open_split(struct span data, const struct raw_btf *base, const char *what,
		       struct raw_btf *out, struct err *err)
{
	struct raw_btf btf = { .base = base };

	if (base) {
		btf.n_base = base->n_types - 1;
		btf.base_strings = base->base_strings + base->strings_size;
	}
	if (read_header(data, what, &btf, err) < 0)
		return -1;
	if (index_types(what, &btf, err) < 0) {
		raw_btf_done(&btf);
		return -1;
	}
	btf.pointer_size = find_pointer_size(&btf);
	*out = btf;
	return 0;
}

void raw_btf_done(struct raw_btf *btf)
{
	free(btf->offsets);
	btf->offsets = NULL;
}

const struct btf_type *raw_btf_at(const struct raw_btf *btf, uint32_t id)
{
	static const struct btf_type nothing;

	if (id >= btf->n_types)
		return NULL;
	return id ? raw_btf_type(btf, id) : &nothing;
}

static bool is_modifier(uint32_t kind)
{
	return kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT ||
	       kind == BTF_KIND_TYPE_TAG;
}

const struct btf_type *raw_btf_strip(const struct raw_btf *btf, uint32_t id, uint32_t *out_id)
{
	for (int depth = 0; depth < CHAIN_MOST; depth++) {
		const struct btf_type *type = raw_btf_at(btf, id);
		uint32_t kind = type ? raw_btf_kind(type) : BTF_KIND_UNKN;

		if (!is_modifier(kind) && kind != BTF_KIND_TYPEDEF) {
			if (out_id)
				*out_id = id;
			return type;
		}
		id = type->type;
	}
	return NULL;
}

int64_t raw_btf_size(const struct raw_btf *btf, uint32_t id)
{
	uint64_t n = 1, size;

	for (int depth = 0; depth < CHAIN_MOST; depth++) {
		const struct btf_type *type = raw_btf_at(btf, id);
		const struct btf_array *array;
		uint32_t kind = type ? raw_btf_kind(type) : BTF_KIND_UNKN;

		switch (kind) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_DATASEC:
		case BTF_KIND_FLOAT:
			size = n * type->size;
			return size > UINT32_MAX ? -1 : (int64_t)size;
		case BTF_KIND_PTR:
			size = n * btf->pointer_size;
			return size > UINT32_MAX ? -1 : (int64_t)size;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
		case BTF_KIND_VAR:
		case BTF_KIND_DECL_TAG:
			id = type->type;
			break;
		case BTF_KIND_ARRAY:
			array = (const struct btf_array *)(type + 1);
			n *= array->nelems;
			if (n > UINT32_MAX)
				return -1;
			id = array->type;
			break;
		default:
			return -1;
		}
	}
	return -1;
}

size_t raw_btf_essential(const char *name)
{
	size_t len = strlen(name);

	if (!strstr(name, "___")) /* nearly all */
		return len;
	for (size_t i = len; i >= 5; i--) {
		const char *p = name + i - 5;

		if (p[0] != '_' && p[1] == '_' && p[2] == '_' && p[3] == '_' && p[4] != '_')
			return i - 4;
	}
	return len;
}
