// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In a program that sleeps. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 8);
	__uint(value_size, 8);
} map SEC(".maps");

SEC("iter.s/task")
int sleeps(void *ctx)
{
	__u64 value = 0;

	sink = bpf_map_pop_elem(&map, &value);
	return 0;
}
