// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_CODE_H
#define EPM_CHECK_CODE_H

/*
 * The instructions of an object as functions with calls: what reachability (reach.h) walks over.
 * Instructions are a copy that CO-RE relocations are put into, and can be set back.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "btf/object.h"

struct code_function {
	const char *name; /* borrowed from the object */
	uint32_t section;
	uint32_t start; /* instructions, in its section */
	uint32_t n;	/* instructions */
	bool is_global;
	bool is_alone; /* verified by itself, whatever its callers hand over: global, not hidden */
	bool is_entry; /* a program of its own: libbpf's rule, all but those in .text beside others */
};

struct code_section {		   /* index is the ELF's */
	struct bpf_insn *insns;	   /* NULL: not code */
	struct bpf_insn *original; /* as compiled */
	uint32_t n;
	uint32_t *relocation; /* of each instruction, index in relocations + 1; 0: none */
	struct object_relocation *relocations;
	size_t n_relocations;
	uint8_t *is_leader; /* a jump leads here, or it follows one */
};

struct code {
	const struct object *object;
	struct code_section *sections;
	size_t n_sections;
	struct code_function *functions; /* sorted by section, start */
	size_t n_functions;
	size_t n_insns; /* of all sections */
};

/* The object is borrowed. CORRUPT for symbols and relocations that lead out of their sections. */
int code_open(const struct object *object, const char *what, struct code *out,
	      struct err *err) MUST_CHECK;
void code_done(struct code *code);
AUTO_STRUCT(code, struct code, code_done);

/* All instructions as compiled. */
void code_reset(struct code *code);

/* The symbol an instruction refers to; NULL: none. */
const struct object_symbol *code_symbol(const struct code *code, uint32_t section, uint32_t insn);

/* The function that has an instruction; NULL: none. */
const struct code_function *code_function_at(const struct code *code, uint32_t section,
					     uint32_t insn);
const struct code_function *code_find(const struct code *code, const char *name);

/*
 * What a call (or the address of a function in a 64-bit load) leads to; NULL: nothing that is
 * here, as for kfuncs.
 */
const struct code_function *code_callee(const struct code *code, uint32_t section, uint32_t insn);

/* Is it a kernel function's or variable's name (STB_WEAK or not) that is not in the object? */
bool code_is_extern(const struct object_symbol *symbol);

static inline bool code_is_wide(const struct bpf_insn *insn) /* a 64-bit load of two slots */
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

#endif
