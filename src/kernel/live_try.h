// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_LIVE_TRY_H
#define EPM_KERNEL_LIVE_TRY_H

/*
 * What the running kernel takes, tried by loading programs that do nothing and by making maps, 50 µs
 * each. It needs root's rights over eBPF; without them, and for what cannot be tried alone, the answer
 * is UNKNOWN. Nothing is attached and nothing stays.
 */
#include "kernel/live.h"

/* Is any program taken? Tried once. */
bool live_has_rights(void);

/*
 * Is such a program taken? section: as libbpf has it ("kprobe/do_exit", "?fentry.s/do_unlinkat"). YES
 * also for one that the verifier looked at and refused. out_errno: with NO.
 */
enum live_answer live_program(struct kernel *kernel, const char *section, int *out_errno);

/* May such a program call a helper? */
enum live_answer live_helper(struct kernel *kernel, const char *section, uint32_t helper);

/* A number of enum bpf_map_type. */
enum live_answer live_map(uint32_t type);

#endif
