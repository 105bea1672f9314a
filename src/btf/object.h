// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_OBJECT_H
#define EPM_BTF_OBJECT_H

/*
 * An eBPF object file (ELF) as sections and symbols, read from memory that stays the caller's.
 * This is the one place that knows libelf.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

struct object_section {
	const char *name;
	uint32_t type;	  /* SHT_… */
	uint64_t flags;	  /* SHF_… */
	uint32_t info;	  /* for relocations: the section they are for */
	struct span data; /* empty for SHT_NOBITS, whose size is in `size` */
	uint64_t size;
};

struct object_symbol {
	const char *name;
	uint32_t section; /* index; above n_sections for special ones */
	uint64_t value;	  /* offset in its section */
	uint64_t size;
	uint8_t type;	    /* STT_… */
	uint8_t binding;    /* STB_… */
	uint8_t visibility; /* STV_… */
};

struct object_relocation {
	uint64_t offset; /* in the section */
	uint32_t symbol; /* index in symbols */
	uint32_t type;	 /* R_BPF_… */
};

struct object {
	void *elf;			 /* libelf's */
	struct object_section *sections; /* index is the ELF's; [0] is empty */
	size_t n_sections;
	struct object_symbol *symbols;
	size_t n_symbols;
};

/*
 * CORRUPT "NAME: …" for what is not ELF, is not a relocatable eBPF object, or is damaged;
 * UNSUPPORTED for the other byte order. Borrows the bytes for the object's life.
 */
int object_open(struct span bytes, const char *name, struct object **out,
		struct err *err) MUST_CHECK;
void object_free(struct object *object);
AUTO_POINTER(object, struct object, object_free);

const struct object_section *object_find(const struct object *object, const char *name);

/* The relocations for a section, allocated; *out is NULL and *out_n 0 where there are none. */
int object_relocations(const struct object *object, uint32_t section,
		       struct object_relocation **out, size_t *out_n, struct err *err) MUST_CHECK;

/* One section of any 64-bit ELF file of this byte order (a vmlinux, a .ko). CORRUPT, NOT_FOUND. */
int object_elf_section(struct span bytes, const char *section, const char *name, struct span *out,
		       struct err *err) MUST_CHECK;

/* Does it look like ELF at all (by its first bytes)? */
bool object_is_elf(struct span bytes);

#endif
