// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

static long count(__u32 index, void *data)
{
	last += index;
	return 0;
}

SEC("kprobe/do_unlinkat")
int loops(void *ctx)
{
	bpf_loop(10, count, 0, 0);
	return 0;
}
