// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Timers, 5.15, which tracing programs may not use. */
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

static int rings(void *map, int *key, struct element *element)
{
	sink++;
	return 0;
}

SEC("tc")
int in_tc(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct element *element = bpf_map_lookup_elem(&timers, &key);

	if (!element)
		return 0;
	bpf_timer_init(&element->timer, &timers, 1);
	bpf_timer_set_callback(&element->timer, rings);
	bpf_timer_start(&element->timer, 1000, 0);
	return 0;
}
