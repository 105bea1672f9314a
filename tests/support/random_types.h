// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_RANDOM_TYPES_H
#define TESTS_SUPPORT_RANDOM_TYPES_H

/*
 * BTF as objects and kernels may have it, by chance and with all that makes resolving hard: flavours,
 * types that are there twice and differ, bit-fields, anonymous structs in each other, enums of both
 * widths, arrays of arrays, forward declarations, prototypes. The same `plan` gives types of the
 * same names that are much alike; `chance` is what makes two of one plan differ.
 */
#include <bpf/btf.h>

struct random_types {
	struct btf *btf;
	uint32_t plan;	 /* the same for an object and its kernels */
	uint32_t chance; /* another one for each */
	uint32_t change; /* one in so many things is changed; 0: none */
	int ints[8];
	int enums[8];
	int pointers[4];
	int protos[4];
	int structs[64];
	int n_structs;
};

static inline uint32_t random_next(uint32_t *state, uint32_t n)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 9) % n;
}

static inline bool random_change(struct random_types *r)
{
	return r->change && random_next(&r->chance, r->change) == 0;
}

static inline uint32_t random_plan(struct random_types *r, uint32_t n)
{
	uint32_t planned = random_next(&r->plan, n);

	return random_change(r) ? random_next(&r->chance, n) : planned;
}

static inline void random_enum(struct random_types *r, int i)
{
	static const int sizes[] = { 4, 4, 4, 1, 2, 8 };
	char name[16];
	int size = sizes[random_plan(r, 6)];
	bool wide = size == 8 || random_plan(r, 4) == 0, has_sign = random_plan(r, 2);
	const char *flavour = random_change(r) ? "___f" : "";

	snprintf(name, sizeof(name), "e%d%s", i, flavour);
	r->enums[i] = wide ? btf__add_enum64(r->btf, name, size, has_sign)
			   : btf__add_enum(r->btf, name, size);
	for (int k = 0; k < 6; k++) {
		int64_t value = (int)random_plan(r, 40) - (has_sign ? 20 : 0);

		if (random_change(r))
			continue;
		snprintf(name, sizeof(name), "E%d_%d%s", i, k, random_change(r) ? "___x" : "");
		if (wide)
			btf__add_enum64_value(r->btf, name, (uint64_t)value << random_plan(r, 34));
		else
			btf__add_enum_value(r->btf, name, value);
	}
}

static inline void random_basics(struct random_types *r)
{
	static const char *const names[] = {
		"u8", "u16", "u32", "u64", "int", "s64", "char", "bool"
	};
	static const int sizes[] = { 1, 2, 4, 8, 4, 8, 1, 1 };
	static const int kinds[] = {
		0, 0, 0, 0, BTF_INT_SIGNED, BTF_INT_SIGNED, BTF_INT_CHAR, BTF_INT_BOOL
	};

	for (int i = 0; i < 8; i++) {
		int size = sizes[i], kind = kinds[i];

		if (random_change(r))
			size = 1 << random_next(&r->chance, 5);
		if (random_change(r))
			kind = random_next(&r->chance, 2) ? BTF_INT_SIGNED : 0;
		r->ints[i] = btf__add_int(r->btf, names[i], size, kind);
	}
	btf__add_int(r->btf, random_change(r) ? "long" : "word", random_change(r) ? 4 : 8,
		     BTF_INT_SIGNED);
	for (int i = 0; i < 8; i++)
		random_enum(r, i);
	r->pointers[0] = btf__add_ptr(r->btf, 0);
	r->pointers[1] = btf__add_ptr(r->btf, r->ints[random_plan(r, 8)]);
	r->pointers[2] = btf__add_ptr(r->btf, btf__add_fwd(r->btf, "s1", BTF_FWD_STRUCT));
	r->pointers[3] = btf__add_ptr(r->btf, btf__add_fwd(r->btf, "later", BTF_FWD_UNION));
}

static inline int random_type(struct random_types *r);

static inline int random_wrap(struct random_types *r, int id)
{
	char name[16];

	switch (random_plan(r, 12)) {
	case 0:
		return btf__add_const(r->btf, id);
	case 1:
		return btf__add_volatile(r->btf, id);
	case 2:
		snprintf(name, sizeof(name), "t%u", random_plan(r, 6));
		return btf__add_typedef(r->btf, name, id);
	case 3:
		return btf__add_array(r->btf, r->ints[2], id, random_plan(r, 5));
	case 4:
		return btf__add_array(r->btf, r->ints[2],
				      btf__add_array(r->btf, r->ints[2], id, 1 + random_plan(r, 3)),
				      1 + random_plan(r, 3));
	case 5:
		return btf__add_ptr(r->btf, id);
	case 6:
		return btf__add_type_tag(r->btf, "tag", id);
	default:
		return id;
	}
}

static inline int random_type(struct random_types *r)
{
	int id;

	switch (random_plan(r, 8)) {
	case 0:
		id = r->enums[random_plan(r, 8)];
		break;
	case 1:
		id = r->pointers[random_plan(r, 4)];
		break;
	case 2:
		id = r->n_structs ? r->structs[random_plan(r, r->n_structs)] : r->ints[0];
		break;
	case 3:
		id = btf__add_float(r->btf, "double", random_plan(r, 2) ? 8 : 4);
		break;
	default:
		id = r->ints[random_plan(r, 8)];
		break;
	}
	return random_wrap(r, id);
}

struct random_member {
	int type;
	uint32_t bits;
	char name[24];
};

static inline int random_struct(struct random_types *r, const char *name, int depth, int *n_named);

static inline int random_members(struct random_types *r, struct random_member *m, int depth,
				 int *n_named)
{
	int n = 1 + random_plan(r, 7);

	for (int i = 0; i < n; i++) {
		uint32_t what = random_plan(r, 10);

		m[i].name[0] = '\0';
		m[i].bits = 0;
		if (what == 0 && depth < 3) {
			m[i].type = random_struct(r, NULL, depth + 1, n_named);
			continue;
		}
		snprintf(m[i].name, sizeof(m[i].name), "m%d%s", (*n_named)++,
			 random_change(r) ? "_new" : "");
		if (what == 1 || what == 2) {
			bool is_enum = random_plan(r, 4) == 0;

			m[i].type =
				is_enum ? r->enums[random_plan(r, 8)] : r->ints[random_plan(r, 7)];
			m[i].bits = 1 + random_plan(r, 8 * btf__resolve_size(r->btf, m[i].type));
			continue;
		}
		m[i].type = random_type(r);
	}
	return n;
}

/* Sizes are summed up as a compiler that packs everything would; holes come by chance. */
static inline int random_struct(struct random_types *r, const char *name, int depth, int *n_named)
{
	struct random_member m[8];
	int n = random_members(r, m, depth, n_named);
	bool is_union = random_plan(r, 5) == 0;
	int id = is_union ? btf__add_union(r->btf, name, 0) : btf__add_struct(r->btf, name, 0);
	uint32_t at = 0, most = 0;

	for (int i = 0; i < n; i++) {
		int64_t size = btf__resolve_size(r->btf, m[i].type);

		if (random_change(r))
			continue;
		if (!m[i].bits)
			at = (at + 7) / 8 * 8;
		if (random_change(r))
			at += 8 * random_next(&r->chance, 5);
		btf__add_field(r->btf, m[i].name[0] ? m[i].name : NULL, m[i].type,
			       is_union ? 0 : at, m[i].bits);
		at += m[i].bits ? m[i].bits : size < 0 ? 0 : 8 * size;
		if (at > most)
			most = at;
		if (is_union)
			at = 0;
	}
	((struct btf_type *)btf__type_by_id(r->btf, id))->size = (most + 7) / 8;
	return id;
}

static inline void random_proto(struct random_types *r, int i)
{
	int types[4], n = random_plan(r, 4), id;

	for (int k = 0; k < n; k++)
		types[k] = random_type(r);
	id = btf__add_func_proto(r->btf, random_plan(r, 2) ? random_type(r) : 0);
	for (int k = 0; k < n; k++)
		btf__add_func_param(r->btf, k ? "b" : "a", types[k]);
	r->protos[i] = id;
}

static inline void random_tail(struct random_types *r)
{
	char name[24];

	for (int i = 0; i < 4; i++) {
		random_proto(r, i);
		snprintf(name, sizeof(name), "fn%d", i);
		btf__add_typedef(r->btf, name, btf__add_ptr(r->btf, r->protos[i]));
		snprintf(name, sizeof(name), "proto%d", i);
		btf__add_typedef(r->btf, name, r->protos[i]);
		snprintf(name, sizeof(name), "func%d", i);
		btf__add_func(r->btf, name, BTF_FUNC_STATIC, r->protos[i]);
	}
	for (int i = 0; i < 6; i++) {
		snprintf(name, sizeof(name), "alias%d", i);
		btf__add_typedef(r->btf, name, random_type(r));
	}
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "flex%d", i);
		btf__add_struct(r->btf, name, 8);
		btf__add_field(r->btf, "n", r->ints[random_plan(r, 4)], 0, 0);
		if (!random_change(r))
			btf__add_field(r->btf, "data",
				       btf__add_array(r->btf, r->ints[2], r->ints[3],
						      random_plan(r, 3) ? 0 : 4),
				       64, 0);
		if (random_change(r))
			btf__add_field(r->btf, "more", r->ints[0], 64, 0);
	}
}

/*
 * Fills a BTF with the structs s{range[0]} to s{range[1] - 1} and others. n_doubles: of ten structs,
 * how many are there twice.
 */
static inline struct btf *random_fill(struct btf *btf, uint32_t plan, uint32_t chance,
				      uint32_t change, const int range[2], uint32_t n_doubles)
{
	static const char *const flavours[] = { "", "___o", "___a___b", "____x", "" };
	struct random_types r = { .btf = btf, .plan = plan, .chance = chance, .change = change };
	char name[32];

	random_basics(&r);
	for (int i = range[0]; i < range[1]; i++) {
		int twice = random_next(&r.chance, 10) < n_doubles;
		for (int k = 0; k <= twice; k++) {
			int n_named = 0;

			r.plan = plan + 7919 * (i + 1); /* a change ends with its type */
			snprintf(name, sizeof(name), "s%d%s", i,
				 random_change(&r) ? flavours[random_next(&r.chance, 5)] : "");
			r.structs[r.n_structs] = random_struct(&r, name, 0, &n_named);
			if (k == 0)
				r.n_structs++;
		}
	}
	if (random_change(&r)) /* what the other has as a struct is a union, or nothing yet */
		btf__add_fwd(r.btf, "s2", BTF_FWD_STRUCT);
	random_tail(&r);
	return r.btf;
}

static inline struct btf *random_btf(uint32_t plan, uint32_t chance, uint32_t change,
				     uint32_t n_doubles)
{
	static const int all[] = { 0, 14 };

	return random_fill(btf__new_empty(), plan, chance, change, all, n_doubles);
}

#endif
