// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Map types that every kernel has had for long, and programs by number. */
#include "common.h"

#define MAP(name, kind)                               \
	struct {                                      \
		__uint(type, BPF_MAP_TYPE_##kind);    \
		__uint(max_entries, 8);               \
		__type(key, __u32);                   \
		__type(value, __u64);                 \
	} name SEC(".maps")

MAP(hash, HASH);
MAP(lru, LRU_HASH);
MAP(percpu, PERCPU_ARRAY);

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__uint(value_size, 127 * 8);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 4);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 8);
	__uint(value_size, 8);
} queue SEC(".maps");

SEC("tp/sched/sched_switch")
int uses(void *ctx)
{
	__u32 key = 0;
	__u64 one = 1, *value = bpf_map_lookup_elem(&hash, &key);

	if (value)
		__sync_fetch_and_add(value, 1);
	else
		bpf_map_update_elem(&hash, &key, &one, 0);
	bpf_map_update_elem(&lru, &key, &one, 0);
	value = bpf_map_lookup_elem(&percpu, &key);
	if (value)
		*value += 1;
	sink = bpf_get_stackid(ctx, &stacks, 0);
	bpf_map_push_elem(&queue, &one, 0);
	bpf_tail_call(ctx, &calls, 1);
	return 0;
}
