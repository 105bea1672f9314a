// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In a program that sleeps. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__uint(value_size, 1016);
} map SEC(".maps");

SEC("iter.s/task")
int sleeps(void *ctx)
{
	__u32 key = 0;

	sink = bpf_map_delete_elem(&map, &key);
	return 0;
}
