// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

struct pt_regs {
	unsigned long di, si, ax;
} __attribute__((preserve_access_index));

SEC("kprobe/do_unlinkat")
int reads(struct pt_regs *regs)
{
	last = regs->di + regs->si;
	return 0;
}
