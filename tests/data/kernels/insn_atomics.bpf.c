// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Atomic instructions of 5.12, and the older one. */
/* cpu: v3 */
#include "common.h"

static __u64 counter;
static __u32 small;

SEC("raw_tp/sys_enter")
int adds(void *ctx)
{
	__sync_fetch_and_add(&counter, 1);
	return 0;
}

SEC("raw_tp/sys_enter")
int fetches(void *ctx)
{
	sink = __sync_fetch_and_add(&counter, 1);
	return 0;
}

SEC("raw_tp/sys_enter")
int exchanges(void *ctx)
{
	sink = __sync_val_compare_and_swap(&counter, 1, 2);
	return 0;
}

SEC("raw_tp/sys_enter")
int ors(void *ctx)
{
	sink = __sync_fetch_and_or(&counter, 4);
	return 0;
}

SEC("raw_tp/sys_enter")
int jumps(void *ctx)
{
	if (small > 5 && small < 100)
		small = 1;
	return 0;
}
