// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Arguments of a kprobe by CO-RE: the registers are those of one architecture. */
#include "common.h"

#if defined(__TARGET_ARCH_x86)
struct pt_regs___kernel {
	unsigned long di;
} CORE;
#define FIRST di
#else
struct pt_regs___kernel {
	unsigned long long regs[31];
} CORE;
#define FIRST regs[0]
#endif

SEC("kprobe/do_nanosleep")
int argument(struct pt_regs___kernel *ctx)
{
	sink = BPF_CORE_READ(ctx, FIRST);
	return 0;
}
