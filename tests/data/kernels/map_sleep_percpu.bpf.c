// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In a program that sleeps. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} map SEC(".maps");

SEC("iter.s/task")
int sleeps(void *ctx)
{
	__u32 key = 0;

	sink = bpf_map_lookup_elem(&map, &key) != 0;
	return 0;
}
