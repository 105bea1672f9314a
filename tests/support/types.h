// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_TYPES_H
#define TESTS_SUPPORT_TYPES_H

/*
 * BTF made in the test. types_new() knows by name: u8 … u64, i8 … i64, u128, i128, bool, char, f32,
 * f64, ptr, pid_t, ipv4_addr, enums color {RED, GREEN = 5}, level {LOW = -1, HIGH = 1}, wide
 * {HUGE = 2^40}, and struct point {i32 x; i32 y}. types_struct() makes one of "u32 a; char[4] b;
 * u32:3 c; struct { … } d", its members one after the other without gaps.
 */
#include <bpf/btf.h>
#include <ctype.h>

static inline int types_find(struct btf *btf, const char *name, size_t len)
{
	char word[64];
	int id;

	assert_true(len < sizeof(word));
	memcpy(word, name, len);
	word[len] = '\0';
	id = btf__find_by_name(btf, word);
	if (id <= 0)
		fail_msg("no type '%s'", word);
	return id;
}

static inline struct btf *types_new(void)
{
	struct btf *btf = btf__new_empty();
	char name[8];

	for (int n = 1; n <= 16; n *= 2) {
		snprintf(name, sizeof(name), "u%d", 8 * n);
		btf__add_int(btf, name, n, 0);
		snprintf(name, sizeof(name), "i%d", 8 * n);
		btf__add_int(btf, name, n, BTF_INT_SIGNED);
	}
	btf__add_int(btf, "bool", 1, BTF_INT_BOOL);
	btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	btf__add_float(btf, "f32", 4);
	btf__add_float(btf, "f64", 8);
	btf__add_typedef(btf, "ptr", btf__add_ptr(btf, 0));
	btf__add_typedef(btf, "pid_t", types_find(btf, "i32", 3));
	btf__add_typedef(btf, "ipv4_addr", types_find(btf, "u32", 3));
	btf__add_enum(btf, "color", 4);
	btf__add_enum_value(btf, "RED", 0);
	btf__add_enum_value(btf, "GREEN", 5);
	btf__add_enum(btf, "level", 1);
	btf__add_enum_value(btf, "LOW", -1);
	btf__add_enum_value(btf, "HIGH", 1);
	btf__add_enum64(btf, "wide", 8, false);
	btf__add_enum64_value(btf, "HUGE", 1ull << 40);
	btf__add_struct(btf, "point", 8);
	btf__add_field(btf, "x", types_find(btf, "i32", 3), 0, 0);
	btf__add_field(btf, "y", types_find(btf, "i32", 3), 32, 0);
	return btf;
}

struct types_member {
	const char *name; /* empty: it has none */
	int name_len;
	int type;
	unsigned int n_bits;
};

/* TYPE[N]:BITS NAME; *at moves behind it. */
static inline struct types_member types_member(struct btf *btf, const char **at)
{
	struct types_member m = { 0 };
	const char *p = *at;
	size_t len = 0;

	while (isalnum((unsigned char)p[len]) || p[len] == '_')
		len++;
	m.type = types_find(btf, p, len);
	for (p += len; *p == '[' || *p == ':'; p += strcspn(p + 1, " [:") + 1) {
		if (*p == '[')
			m.type = btf__add_array(btf, types_find(btf, "u32", 3), m.type,
						strtoul(p + 1, NULL, 10));
		else
			m.n_bits = strtoul(p + 1, NULL, 10);
	}
	p += strspn(p, " ");
	m.name = p;
	m.name_len = strcspn(p, ";");
	p += m.name_len;
	*at = p + strspn(p, "; ");
	return m;
}

static inline int types_struct(struct btf *btf, const char *name, const char *spec)
{
	struct types_member members[32];
	unsigned int n = 0, bits = 0;
	char word[256];
	int id;

	while (*spec) {
		assert_true(n < 32);
		members[n++] = types_member(btf, &spec);
	}
	id = btf__add_struct(btf, name, 0);
	for (unsigned int i = 0; i < n; i++) {
		if (!members[i].n_bits)
			bits = (bits + 7) / 8 * 8;
		snprintf(word, sizeof(word), "%.*s", members[i].name_len, members[i].name);
		if (btf__add_field(btf, word[0] ? word : NULL, members[i].type, bits,
				   members[i].n_bits) < 0)
			fail_msg("field %s", word);
		bits += members[i].n_bits ? members[i].n_bits
					  : 8 * btf__resolve_size(btf, members[i].type);
	}
	((struct btf_type *)btf__type_by_id(btf, id))->size = (bits + 7) / 8;
	return id;
}

#endif
