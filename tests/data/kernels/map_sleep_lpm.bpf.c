// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In a program that sleeps. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 8);
	__uint(key_size, 8);
	__uint(value_size, 8);
} map SEC(".maps");

SEC("iter.s/task")
int sleeps(void *ctx)
{
	__u32 key[2] = { 0, 0 };

	sink = bpf_map_lookup_elem(&map, key) != 0;
	return 0;
}
