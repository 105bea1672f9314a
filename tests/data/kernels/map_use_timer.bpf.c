// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A timer in a map of a tracing program. */
#include "common.h"

struct element {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct element);
} timers SEC(".maps");

SEC("tp/sched/sched_switch")
int looks(void *ctx)
{
	__u32 key = 0;

	sink = bpf_map_lookup_elem(&timers, &key) != 0;
	return 0;
}

SEC("tp_btf/sched_switch")
int looks_by_btf(void *ctx)
{
	__u32 key = 0;

	sink = bpf_map_lookup_elem(&timers, &key) != 0;
	return 0;
}
