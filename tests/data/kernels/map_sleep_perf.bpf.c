// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In a program that sleeps. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} map SEC(".maps");

SEC("iter.s/task")
int sleeps(void *ctx)
{
	sink = bpf_perf_event_output(ctx, &map, BPF_F_CURRENT_CPU, "x", 1);
	return 0;
}
