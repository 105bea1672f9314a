// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_TABLES_PRIV_H
#define EPM_KERNEL_TABLES_PRIV_H

/*
 * The shape of the tables that build-aux/kernel-tables writes, and of what a kernel is measured by
 * to find its neighbours among those that were tried.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* Enumerations of the BTF that only ever grow at their end: the highest value tells the age. */
#define LEVEL_LIST(X)                \
	X(FUNC, "bpf_func_id")       \
	X(PROG, "bpf_prog_type")     \
	X(MAP, "bpf_map_type")       \
	X(ATTACH, "bpf_attach_type") \
	X(LINK, "bpf_link_type")     \
	X(CMD, "bpf_cmd")

enum level {
#define LEVEL_ENUM(name, word) LEVEL_##name,
	LEVEL_LIST(LEVEL_ENUM)
#undef LEVEL_ENUM
		LEVEL_N
};

/* Helpers as bits, that with number N in word N / 64; the highest there will ever be is 211. */
#define HELPER_WORDS 4

/* Kernels as bits: those of which something is true. */
struct probed_kernel {
	const char *release; /* "6.1" */
	uint32_t version;    /* as LINUX_VERSION_CODE, without the patch level */
	uint32_t levels[LEVEL_N];
};

struct probed_row {
	const char *program; /* a section's first part or a program type */
	uint32_t kernels;
	uint64_t helpers[HELPER_WORDS]; /* none: such programs are not taken */
};

struct probed_hook {
	const char *name; /* "inode_getsecurity" */
	uint32_t kernels; /* in which it is closed, or its programs may not sleep */
};

struct probed_map {
	uint32_t type;
	uint32_t kernels; /* in which programs that sleep may not use it */
};

struct probed_kfunc {
	const char *name;
	uint32_t kernels;
	uint32_t set; /* of the kinds of programs that may call it */
};

/* Does an enumeration of the kernel's BTF have the enumerator? */
bool tables_has_enumerator(const struct kernel *kernel, const char *name, const char *enumerator);

static inline bool helper_bit(const uint64_t *bits, uint32_t helper)
{
	return helper / 64 < HELPER_WORDS && bits[helper / 64] >> helper % 64 & 1;
}

#endif
