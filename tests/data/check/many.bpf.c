// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Ten programs that lack the same, one of which lacks another thing besides. */
#include "types.h"

static long count(__u32 index, void *data)
{
	last += index;
	return 0;
}

#define PROGRAM(name)                      \
	SEC("kprobe/do_unlinkat")          \
	int name(void *ctx)                \
	{                                  \
		bpf_loop(10, count, 0, 0); \
		return 0;                  \
	}

PROGRAM(first)
PROGRAM(second)
PROGRAM(third)
PROGRAM(fourth)
PROGRAM(fifth)
PROGRAM(sixth)
PROGRAM(seventh)
PROGRAM(eighth)
PROGRAM(ninth)

SEC("tp_btf/sched_waking")
int tenth(__u64 *ctx)
{
	bpf_loop(10, count, 0, 0);
	return 0;
}
