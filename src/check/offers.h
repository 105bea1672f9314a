// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_OFFERS_H
#define EPM_CHECK_OFFERS_H

/* What a kernel's own BTF says that it offers: the enums of its interface, functions, tracepoints. */
#include "check/prototype.h"
#include "kernel/kernel.h"

enum offer { OFFER_NO, OFFER_YES, OFFER_UNKNOWN };

/* Is NAME an enumerator of an enum ("bpf_map_type")? UNKNOWN: the BTF has no such enum. */
enum offer offers_enumerator(struct kernel *kernel, const char *enumeration, const char *name);

/* The same for its value. */
enum offer offers_value(struct kernel *kernel, const char *enumeration, uint64_t wanted);

/* "BPF_MAP_TYPE_" and the word in capitals; a word "map#N" by its number. */
enum offer offers_word(struct kernel *kernel, const char *enumeration, const char *prefix,
		       const char *word);

/*
 * A tracepoint by its typedef btf_trace_NAME; *out: what it gives to a program. UNKNOWN where the
 * BTF has none of them at all.
 */
enum offer offers_tracepoint(struct kernel *kernel, const char *name, struct prototype *out);

/* A system call ("openat"); UNKNOWN: there may be one the BTF does not show. */
enum offer offers_syscall(struct kernel *kernel, const char *name);

/*
 * Has it tracepoints (syscalls/sys_enter_NAME)? Machines newer than x86 have the functions of old
 * system calls, open() and stat() among them, but no number and no tracepoint.
 */
enum offer offers_syscall_event(struct kernel *kernel, const char *name);

/* A function whose name is like it: "__NAME", "NAME.isra.0"; the caller frees it. NULL: none. */
char *offers_similar(struct kernel *kernel, const char *function);

#endif
