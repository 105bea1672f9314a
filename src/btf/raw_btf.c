// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/raw_btf.h"

#include "base/alloc.h"

#define BTF_MAGIC_SWAPPED 0x9feb

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
	if (strings_at > data.len || header.str_len > data.len - strings_at || !header.str_len)
		return corrupt(what, "the strings pass the end", err);
	btf->types = data.data + types_at;
	btf->types_size = header.type_len;
	btf->strings = data.data + strings_at;
	btf->strings_size = header.str_len;
	if (btf->strings[0] || btf->strings[btf->strings_size - 1])
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
	btf->n_types = n;
	return 0;
}

int raw_btf_open(struct span data, const char *what, struct raw_btf *out, struct err *err)
{
	struct raw_btf btf = { 0 };

	if (read_header(data, what, &btf, err) < 0)
		return -1;
	if (index_types(what, &btf, err) < 0) {
		raw_btf_done(&btf);
		return -1;
	}
	*out = btf;
	return 0;
}

void raw_btf_done(struct raw_btf *btf)
{
	free(btf->offsets);
	btf->offsets = NULL;
}

size_t raw_btf_essential(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = len; i >= 5; i--) {
		const char *p = name + i - 5;

		if (p[0] != '_' && p[1] == '_' && p[2] == '_' && p[3] == '_' && p[4] != '_')
			return i - 4;
	}
	return len;
}
