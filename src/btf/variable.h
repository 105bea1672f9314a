// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_VARIABLE_H
#define EPM_BTF_VARIABLE_H

/*
 * The global variables of an object: name, section, place and type, from the symbol table and the
 * object's BTF together (clang writes offsets of 0 into a DATASEC; only the symbols have them).
 * Static, weak and extern variables are left out: nobody outside can mean them by name.
 */
#include <bpf/btf.h>

#include "base/err.h"
#include "btf/object.h"

struct variable {
	const char *name;    /* borrowed from the object */
	const char *section; /* ".rodata", ".data", ".bss", ".data.x", … ; borrowed */
	uint32_t offset;     /* bytes, in the section */
	uint32_t size;	     /* bytes */
	uint32_t type_id;
	const char *initial; /* its bytes as compiled; NULL for all zero (.bss) */
	bool is_read_only;   /* .rodata */
};

struct variables {
	struct variable *items; /* in the order of the sections and offsets */
	size_t n_items;
};

/* btf is the object's. CORRUPT where a variable passes the end of its section. */
int variables_find(const struct object *object, const struct btf *btf, struct variables *out,
		   struct err *err) MUST_CHECK;
void variables_done(struct variables *variables);
AUTO_STRUCT(variables, struct variables, variables_done);

/*
 * Does any instruction refer to it? Not so for a `const` without `volatile`, whose value the compiler
 * has put into the code: setting it would do nothing. CORRUPT for damaged relocations.
 */
int variable_is_used(const struct object *object, const struct variable *variable, bool *out,
		     struct err *err) MUST_CHECK;

/*
 * Is it for a person to set? Not what is part of the machinery: dummies of ecc and counters of lost
 * records ("…_lost").
 */
bool variable_is_flag(const struct variable *variable);

#endif
