// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_PROTOTYPE_H
#define EPM_CHECK_PROTOTYPE_H

/*
 * What becomes of a kernel function's prototype when a program is put around it: which functions
 * the kernel makes no way to, and which arguments the verifier lets nobody read. kernel/bpf/btf.c,
 * btf_distill_func_proto() and btf_ctx_access(); arch_prepare_bpf_trampoline().
 */
#include "kernel/kernel.h"

struct prototype {
	const struct raw_btf *btf;   /* the kernel's */
	const struct btf_type *type; /* FUNC_PROTO; NULL: not known */
	uint32_t
		first; /* parameter that programs see first: 1 for tracepoints, whose 0 is theirs */
};

/* false: there is no such function, its prototype is broken. */
bool prototype_of_function(struct kernel *kernel, const char *name, struct prototype *out);

/* Of a tracepoint's typedef btf_trace_NAME. */
bool prototype_of_tracepoint(struct kernel *kernel, const char *name, struct prototype *out);

/* Slots of eight bytes that the arguments take in a program's context. */
uint32_t prototype_slots(const struct prototype *prototype);

/* Why no program can be put around it (fentry, fexit, fmod_ret); NULL: nothing is known. */
const char *prototype_refusal(const struct prototype *prototype, struct kernel *kernel);

/* Is the argument in this slot one that a program with BTF may not read? */
bool prototype_hides(const struct prototype *prototype, struct kernel *kernel, uint32_t slot);

#endif
