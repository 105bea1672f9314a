// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Since 5.8. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} map SEC(".maps");

SEC("raw_tp/sys_enter")
int uses(void *ctx)
{
	sink = (long)&map;
	return 0;
}
