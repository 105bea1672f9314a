// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Two ring buffers, two perf buffers and a sampled map at once, each with a type of its own.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct first {
	__u32 one;
};

struct second {
	char two[8];
};

struct third {
	__s64 three;
};

struct fourth {
	bool four;
};

const volatile pid_t caller = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring_a SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} perf_a SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} perf_b SEC(".maps");

/// @sample {"interval": 60000, "type": "default_kv"}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tp/syscalls/sys_enter_kill")
int send(void *ctx)
{
	struct first first = { .one = 1 };
	struct second *second;
	struct third third = { .three = -3 };
	struct fourth fourth = { .four = true };
	__u64 one = 1, *count;
	__u32 key = 5;

	if (bpf_get_current_pid_tgid() >> 32 != caller)
		return 0;
	bpf_ringbuf_output(&ring_a, &first, sizeof(first), 0);
	second = bpf_ringbuf_reserve(&ring_b, sizeof(*second), 0);
	if (second) {
		__builtin_memcpy(second->two, "two\0\0\0\0", 8);
		bpf_ringbuf_submit(second, 0);
	}
	bpf_perf_event_output(ctx, &perf_a, BPF_F_CURRENT_CPU, &third, sizeof(third));
	bpf_perf_event_output(ctx, &perf_b, BPF_F_CURRENT_CPU, &fourth, sizeof(fourth));
	count = bpf_map_lookup_elem(&counts, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
	return 0;
}

/// @brief Sends through many buffers
char LICENSE[] SEC("license") = "Dual BSD/GPL";
