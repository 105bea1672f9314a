// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * No type of the kernel, hence no CO-RE: runs where the kernel has no BTF.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct record {
	unsigned int pid;
};

const volatile int caller = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_kill")
int send(void *ctx)
{
	struct record r = { .pid = bpf_get_current_pid_tgid() >> 32 };

	if (r.pid == caller)
		bpf_ringbuf_output(&events, &r, sizeof(r), 0);
	return 0;
}

/// @brief Needs no BTF of the kernel
char LICENSE[] SEC("license") = "Dual BSD/GPL";
