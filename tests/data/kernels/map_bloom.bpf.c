// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Since 5.16. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 16);
	__type(value, __u32);
} map SEC(".maps");

SEC("raw_tp/sys_enter")
int uses(void *ctx)
{
	sink = (long)&map;
	return 0;
}
