// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Since 5.11. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} map SEC(".maps");

SEC("raw_tp/sys_enter")
int uses(void *ctx)
{
	sink = (long)&map;
	return 0;
}
