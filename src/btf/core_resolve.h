// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_CORE_RESOLVE_H
#define EPM_BTF_CORE_RESOLVE_H

/*
 * CO-RE relocations resolved against a kernel's BTF exactly as libbpf resolves them when it loads
 * (libbpf, src/relo_core.c and bpf_object__relocate_core()), but without rights, without a kernel,
 * and with a reason for each that does not resolve. tests/unit/btf/core_libbpf.c holds it against
 * libbpf's own, hidden functions.
 *
 * The outcome of one depends on those before it: of the candidate types for a root type only those
 * stay that a relocation has matched. So they are to be given in the order of .BTF.ext, those of
 * programs that are not loaded left out.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "btf/core_relo.h"
#include "btf/name_index.h"
#include "btf/raw_btf.h"

#define CORE_POISON 195896080 /* 0xbad2310: the helper that is called where one did not resolve */

enum core_outcome {
	CORE_RESOLVED, /* the instruction gets the value, which can be "does not exist" */
	CORE_POISONED, /* it becomes a call the verifier refuses, if it ever comes there */
	CORE_FAILED,   /* libbpf refuses the whole object, dead code or not */
};

/* How large a member of array type is, when sizes are compared (libbpf changed it with 1.6). */
enum core_size_rule { CORE_SIZE_WHOLE, CORE_SIZE_ELEMENT };

struct core_result {
	enum core_outcome outcome;
	int error;	 /* CORE_FAILED: what libbpf returns, negative */
	bool is_match;	 /* a type (and field, enumerator) of the kernel was found */
	bool validates;	 /* the instruction must have `original` before */
	bool is_resized; /* a load or store of another size would be needed and cannot be made */
	uint64_t original;
	uint64_t value;
	uint32_t original_size; /* of the field, bytes; 0: not a field offset */
	uint32_t size;
	uint32_t target; /* root type in the kernel's BTF; 0 without a match */
	uint32_t n_candidates;
	uint32_t n_matches;
	/* why there is no match, or why it failed: "struct task_struct has no 'state'"; else "" */
	char why[320];
	char closest[128]; /* the nearest name that the kernel has: "__state"; or "" */
};

struct core_target {
	const struct raw_btf *btf;
	const struct name_index *names;
};

struct core_targets {
	struct core_target main;
	/*
	 * Split BTF of modules, looked at when the main one has no candidate at all. Called once a
	 * root type; NULL: there are none.
	 */
	const struct core_target *(*modules)(void *arg, size_t *out_n);
	void *arg;
};

struct core_resolver;

/* Everything is borrowed for its life. */
struct core_resolver *core_resolver_new(const struct raw_btf *local,
					const struct core_targets *targets,
					enum core_size_rule rule);
void core_resolver_free(struct core_resolver *resolver);
AUTO_POINTER(core_resolver, struct core_resolver, core_resolver_free);

/* Never fails otherwise than by its outcome. */
void core_resolve(struct core_resolver *resolver, const struct core_relo *relo,
		  struct core_result *out);

struct bpf_insn;

/*
 * Puts the value into insns[0] (and insns[1] of a 64-bit load; n: how many there are). An
 * instruction that does not fit makes the result CORE_FAILED, a size that does not CORE_POISONED.
 */
void core_patch(struct bpf_insn *insns, size_t n, struct core_result *result);

/*
 * Are two types the same as far as libbpf asks for it (bpf_core_types_are_compat())? It compares
 * prototypes of kernel functions so. What is broken is not.
 */
bool core_is_compatible(const struct raw_btf *local, uint32_t id, const struct raw_btf *target,
			uint32_t target_id);

/* "struct task_struct.se.exec_start", "enum bpf_func_id::BPF_FUNC_loop"; "" where it is broken. */
void core_spell(const struct raw_btf *local, const struct core_relo *relo, char *out, size_t size);

#endif
