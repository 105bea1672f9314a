// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_GROUPS_H
#define EPM_CHECK_GROUPS_H

/*
 * Programs of which one is enough: those that say so (@alternative GROUP), and those that tools
 * choose from by well-known idioms:
 *  - fentry/F or kprobe/F, fexit/F or kretprobe/F;
 *  - tp_btf/T or raw_tp/T;
 *  - the same code as kprobe for two names of one function: __F and F, F.isra.0 and F,
 *    __x64_sys_F and __arm64_sys_F.
 */
#include "check/subject.h"

/* groups[i]: the index of the first program of i's group; i itself where it is alone. */
void groups_find(const struct check_subject *subject, uint32_t *groups);

/*
 * Which of a group is taken before the others: smaller is better. Declared groups go by their order
 * in the source, idioms by what costs the kernel less.
 */
uint32_t groups_rank(const struct check_subject *subject, uint32_t program);

/* Is it only for system calls that some architectures have? Others do without it. */
bool groups_is_of_some_architectures(const struct check_program *program);

#endif
