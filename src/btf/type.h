// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_TYPE_H
#define EPM_BTF_TYPE_H

/*
 * Questions about a type, over libbpf's struct btf. Ids are those of that BTF; 0 is void.
 */
#include <bpf/btf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* The type under typedefs, const, volatile, restrict and type tags. Never NULL, 0 for void. */
uint32_t type_strip(const struct btf *btf, uint32_t id);
const struct btf_type *type_stripped(const struct btf *btf, uint32_t id);

/* Name of the type itself, "" when it has none or is void. Borrowed from the BTF. */
const char *type_name(const struct btf *btf, uint32_t id);

/* A string of the BTF; "" for an offset beyond them, of which libbpf makes NULL. */
const char *type_text(const struct btf *btf, uint32_t offset);

/* The first typedef name on the way down (`pid_t` of `const volatile pid_t`), or NULL. */
const char *type_typedef(const struct btf *btf, uint32_t id);

/* How C writes it, without qualifiers: "unsigned int", "char[16]", "struct event *", "pid_t". */
char *type_spelling(const struct btf *btf, uint32_t id); /* the caller frees it */

/* The shapes that values have here; all else is TYPE_OTHER (void, functions, forward types). */
enum type_shape {
	TYPE_OTHER,
	TYPE_INT,
	TYPE_BOOL,
	TYPE_CHARS, /* char[N]: text */
	TYPE_ENUM,
	TYPE_FLOAT,
	TYPE_POINTER,
	TYPE_ARRAY,
	TYPE_STRUCT,
	TYPE_UNION,
};

struct type_info {
	enum type_shape shape;
	uint32_t id;	     /* stripped */
	uint32_t size;	     /* bytes, all elements */
	bool is_signed;	     /* TYPE_INT, TYPE_ENUM */
	uint32_t n_elements; /* TYPE_CHARS, TYPE_ARRAY */
	uint32_t element;    /* type id: TYPE_ARRAY; TYPE_POINTER: what it points to */
};

/* CORRUPT for ids out of range, sizes that overflow and chains of types without an end. */
int type_describe(const struct btf *btf, uint32_t id, struct type_info *out,
		  struct err *err) MUST_CHECK;

/* The name for an enumerator's value; NULL: none. Both enum kinds. */
const char *type_enumerator(const struct btf *btf, uint32_t enum_id, uint64_t value);

/* The value of enumerator i of an enum or enum64, and the offset of its name. */
uint64_t type_enumerator_at(const struct btf_type *type, uint32_t i, uint32_t *name_off);

/* The value for an enumerator's name. */
bool type_enum_value(const struct btf *btf, uint32_t enum_id, const char *name, uint64_t *out);

#endif
