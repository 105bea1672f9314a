// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_RANDOM_RELOS_H
#define TESTS_SUPPORT_RANDOM_RELOS_H

/* Relocations of all kinds against BTF, by chance, most of them such as a compiler makes. */
#include <linux/bpf.h>

#include "base/alloc.h"
#include "btf/core_relo.h"
#include "support/random_types.h"

/*
 * An access that the types allow, and sometimes one that they do not. No negative index but the first:
 * libbpf reads what stands before the members then.
 */
static inline void random_access(uint32_t *chance, const struct btf *btf, uint32_t id, char *out,
				 size_t size)
{
	static const char *const odd[] = { "",	    ":",    "0:",	    "0::1",
					   "0:999", "-1:0", "0 1",	    "0:1:x",
					   "+0",    "1",    "0:4294967296", "00",
					   "0:0x1", "3:0",  "0:0:0:0:0" };
	size_t len =
		snprintf(out, size, "%u", random_next(chance, 12) ? 0 : random_next(chance, 3));

	if (random_next(chance, 25) == 0) {
		snprintf(out, size, "%s", odd[random_next(chance, ARRAY_SIZE(odd))]);
		return;
	}
	for (int depth = 0; depth < 12 && random_next(chance, 8) != 0; depth++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		uint32_t n;

		while (btf_is_mod(type) || btf_is_typedef(type))
			type = btf__type_by_id(btf, type->type);
		if (btf_is_array(type)) {
			n = random_next(chance, 3 + btf_array(type)->nelems);
			id = btf_array(type)->type;
		} else if (btf_is_composite(type) && btf_vlen(type)) {
			n = random_next(chance, btf_vlen(type));
			id = btf_members(type)[n].type;
		} else {
			return;
		}
		len += snprintf(out + len, size - len, ":%u", n);
	}
}

static inline uint32_t random_kind(uint32_t *chance, const struct btf_type *type, bool *is_bare)
{
	static const uint32_t of_types[] = { BPF_CORE_TYPE_EXISTS, BPF_CORE_TYPE_SIZE,
					     BPF_CORE_TYPE_MATCHES, BPF_CORE_TYPE_ID_TARGET,
					     BPF_CORE_TYPE_ID_LOCAL };
	uint32_t kind;

	if (random_next(chance, 60) == 0)
		kind = random_next(chance, 14);
	else if (btf_is_any_enum(type) && random_next(chance, 4))
		kind = BPF_CORE_ENUMVAL_EXISTS + random_next(chance, 2);
	else if (btf_is_composite(type) && random_next(chance, 4))
		kind = random_next(chance, BPF_CORE_FIELD_RSHIFT_U64 + 1);
	else
		kind = of_types[random_next(chance, ARRAY_SIZE(of_types))];
	*is_bare = kind >= BPF_CORE_TYPE_ID_LOCAL && kind != BPF_CORE_ENUMVAL_EXISTS &&
		   kind != BPF_CORE_ENUMVAL_VALUE;
	return kind;
}

/* Mostly those that relocations are of. */
static inline uint32_t random_root(uint32_t *chance, const struct btf *btf)
{
	uint32_t id = 0;

	for (int i = 0; i < 20; i++) {
		const struct btf_type *type;

		id = 1 + random_next(chance, btf__type_cnt(btf) - 1);
		type = btf__type_by_id(btf, id);
		if (type->name_off && (btf_is_composite(type) || btf_is_any_enum(type) ||
				       (btf_is_typedef(type) && random_next(chance, 3) == 0)))
			break;
		if (random_next(chance, 20) == 0)
			break;
	}
	return id;
}

/* Adds the access string to the BTF, so all are made before the BTF is opened. */
static inline struct bpf_core_relo random_relo(uint32_t *chance, struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	struct bpf_core_relo relo = { .type_id = id };
	bool is_bare, is_field;
	char access[200];

	relo.kind = random_kind(chance, type, &is_bare);
	is_field = relo.kind <= BPF_CORE_FIELD_RSHIFT_U64;
	if (is_bare && random_next(chance, 40))
		snprintf(access, sizeof(access), "0");
	else if (btf_is_any_enum(type))
		snprintf(access, sizeof(access), "%u", random_next(chance, btf_vlen(type) + 1));
	else
		random_access(chance, btf, id, access, sizeof(access));
	if (access[0] == '-' && !is_field)
		access[0] = '0';
	relo.access_str_off = btf__add_str(btf, access);
	return relo;
}

static inline struct span random_bytes(const struct btf *btf)
{
	uint32_t size;
	const void *data = btf__raw_data(btf, &size);

	return (struct span){ data, size };
}

static inline struct core_relo random_relo_parsed(const struct raw_btf *btf,
						  const struct bpf_core_relo *relo)
{
	return (struct core_relo){ .section = "x",
				   .type_id = relo->type_id,
				   .access = raw_btf_name(btf, relo->access_str_off),
				   .kind = relo->kind };
}

#endif
