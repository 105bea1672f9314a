// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One record for each process that ends: how long it ran and how it ended.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define COMM_LEN 16

struct event {
	/// Process, or thread with --per_thread, that ended
	__u32 pid;
	/// Its parent
	__u32 ppid;
	/// User it ran as
	__u32 uid;
	/// What it gave to exit()
	__u32 exit_code;
	/// Signal that ended it, 0 where none did
	/// @format signal
	__u32 sig;
	/// Whether it left a core dump
	bool core;
	/// Time since it was started
	/// @format ns
	/// @name DURATION
	__u64 duration_ns;
	char comm[COMM_LEN];
};

/// Trace only the process with this id (0: any)
const volatile pid_t pid_target = 0;

/// Show only what ended by a signal or with another exit code than 0
/// @cmdarg {"default": false, "short": "x", "long": "failed", "help": "Show only what did not end well"}
const volatile bool failed_only = false;

/// Show each thread, not only processes
/// @cmdarg {"default": false, "short": "t", "long": "per_thread", "help": "Show each thread that ends"}
const volatile bool per_thread = false;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exit")
int process_exit(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 id = bpf_get_current_pid_tgid();
	__u32 pid = id >> 32, tid = id;
	struct event *e;
	int status;

	/* A process counts as ended when its first thread does. */
	if (!per_thread && pid != tid)
		return 0;
	if (pid_target && (__u32)pid_target != pid)
		return 0;
	status = BPF_CORE_READ(task, exit_code);
	if (failed_only && status == 0)
		return 0;

	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;

	/* As wait() tells it: the signal in the low seven bits, then the core bit, then the code. */
	e->pid = tid;
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->uid = bpf_get_current_uid_gid();
	e->exit_code = status >> 8 & 0xff;
	e->sig = status & 0x7f;
	e->core = status & 0x80;
	e->duration_ns = bpf_ktime_get_ns() - BPF_CORE_READ(task, start_time);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/// @brief Shows which processes end, after how long, and how
/// @details One line for each process, or thread, with its exit code or the signal that ended it.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
