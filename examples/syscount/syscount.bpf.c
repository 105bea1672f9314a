// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Counts system calls by process and by number. The program only counts; the map is read, shown and
 * cleared once a second.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define COMM_LEN 16
#define MAX_ENTRIES 16384

struct call {
	/// Process, 0 with --total
	__u32 pid;
	/// System call
	/// @format syscall
	__s32 syscall;
	char comm[COMM_LEN];
};

struct calls {
	__u64 count;
};

/// Count only the calls of the process with this id (0: any)
const volatile pid_t pid_target = 0;

/// Count all processes together, by system call only
/// @cmdarg {"default": false, "short": "t", "long": "total", "help": "Count all processes together"}
const volatile bool total = false;

/// @sample {"interval": 1000, "type": "default_kv", "unit": "calls", "clear_map": true}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, struct call);
	__type(value, struct calls);
} counts SEC(".maps");

/* Every system call of this architecture's own kind comes by here, the argument is its number. */
SEC("raw_tp/sys_enter")
int BPF_PROG(count_call, struct pt_regs *regs, long syscall)
{
	static const struct calls one = { .count = 1 };
	struct call call = { .syscall = syscall };
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct calls *calls;

	if (pid_target && (__u32)pid_target != pid)
		return 0;
	if (!total) {
		call.pid = pid;
		bpf_get_current_comm(call.comm, sizeof(call.comm));
	}

	calls = bpf_map_lookup_elem(&counts, &call);
	if (calls)
		__sync_fetch_and_add(&calls->count, 1);
	else
		bpf_map_update_elem(&counts, &call, &one, BPF_ANY);
	return 0;
}

/// @brief Counts system calls, by process and call
/// @details Once a second, which process did which system call how often.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
