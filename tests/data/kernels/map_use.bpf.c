// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Maps that programs of some kinds may not have. */
#include "common.h"

struct locked {
	struct bpf_spin_lock lock;
	int value;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct locked);
} locked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} growing SEC(".maps");

SEC("tp/sched/sched_switch")
int locks(void *ctx)
{
	__u32 key = 0;
	struct locked *value = bpf_map_lookup_elem(&locked, &key);

	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->value++;
	bpf_spin_unlock(&value->lock);
	return 0;
}

SEC("tc")
int locks_in_tc(struct __sk_buff *ctx)
{
	__u32 key = 0;
	struct locked *value = bpf_map_lookup_elem(&locked, &key);

	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	value->value++;
	bpf_spin_unlock(&value->lock);
	return 0;
}

SEC("perf_event")
int grows(void *ctx)
{
	__u32 key = 0;
	__u64 value = 1;

	bpf_map_update_elem(&growing, &key, &value, 0);
	return 0;
}

SEC("tp/sched/sched_switch")
int grows_in_tracepoint(void *ctx)
{
	__u32 key = 0;
	__u64 value = 1;

	bpf_map_update_elem(&growing, &key, &value, 0);
	return 0;
}
