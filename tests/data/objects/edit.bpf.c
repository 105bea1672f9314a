// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * For a configuration that is edited: two programs, a variable, a map with content, a record.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct record {
	__u32 where;
	__u32 variable;
	__u64 looked_up;
	char comm[16];
};

const volatile pid_t caller = 0;
const volatile __u32 variable = 1;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

static __always_inline int send(__u32 where)
{
	__u32 key = 42;
	struct record r = { .where = where, .variable = variable };
	__u64 *found = bpf_map_lookup_elem(&table, &key);

	if (bpf_get_current_pid_tgid() >> 32 != caller)
		return 0;
	if (found)
		r.looked_up = *found;
	bpf_get_current_comm(r.comm, sizeof(r.comm));
	bpf_ringbuf_output(&events, &r, sizeof(r), 0);
	return 0;
}

SEC("tp/syscalls/sys_enter_kill")
int on_kill(void *ctx)
{
	return send(1);
}

SEC("tp/syscalls/sys_exit_kill")
int after_kill(void *ctx)
{
	return send(2);
}

/// @brief Something to edit
char LICENSE[] SEC("license") = "Dual BSD/GPL";
