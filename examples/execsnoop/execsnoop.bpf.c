// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One record for each program that is started, with its arguments. They are read from the new
 * program's own memory, where the kernel has just put them: at the entry of execve() they may not
 * be in memory yet, and then they cannot be read.
 *
 * The records go through a perf buffer, which also works on kernels before 5.8.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define COMM_LEN 16
#define ARGS_LEN 1024

struct event {
	/// Process that calls execve()
	__u32 pid;
	/// Its parent
	__u32 ppid;
	/// User it runs as
	__u32 uid;
	/// Why execve() failed, 0 where it did not
	/// @format errno
	__s32 err;
	/// Name of the process: the new one, or the old one where execve() failed
	char comm[COMM_LEN];
	/// Arguments with a blank between them; only the path where execve() failed
	char args[ARGS_LEN];
};

/// Show only programs started by the user with this id (-1: any)
const volatile long long uid_target = -1;

/// Show only programs started by the process with this id (0: any)
const volatile pid_t ppid_target = 0;

/// Show failed calls of execve() and execveat() as well
/// @cmdarg {"default": false, "short": "x", "long": "failed", "help": "Show failed calls as well"}
const volatile bool with_failed = false;

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} scratch SEC(".maps");

/* Returns the record with all but the arguments, or NULL where the flags leave this process out. */
static __always_inline struct event *event_begin(long ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 ppid = BPF_CORE_READ(task, real_parent, tgid);
	__u32 uid = bpf_get_current_uid_gid();
	__u32 zero = 0;
	struct event *e;

	if (ppid_target && (__u32)ppid_target != ppid)
		return NULL;
	if (uid_target != -1 && (__u32)uid_target != uid)
		return NULL;

	e = bpf_map_lookup_elem(&scratch, &zero);
	if (!e)
		return NULL;

	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->ppid = ppid;
	e->uid = uid;
	e->err = ret < 0 ? -ret : 0;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	return e;
}

/* The record ends behind the first `length` bytes of the arguments, NUL included. */
static __always_inline void event_send(void *ctx, struct event *e, __u64 length)
{
	if (length <= sizeof(e->args))
		bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, e,
				      offsetof(struct event, args) + length);
}

/*
 * Puts a blank where a byte is 0, in eight bytes at a time and without a branch, which the verifier
 * would have to follow both ways: the sum has the high bit of each byte whose lower bits are not 0.
 */
static __always_inline __u64 blanks_for_zeros(__u64 bytes)
{
	const __u64 low = 0x7f7f7f7f7f7f7f7f;
	__u64 zeros = ~(((bytes & low) + low) | bytes | low);

	return bytes | zeros >> 2;
}

SEC("tp/sched/sched_process_exec")
int process_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct event *e;
	__u64 start, length;

	e = event_begin(0);
	if (!e)
		return 0;

	start = BPF_CORE_READ(task, mm, arg_start);
	length = BPF_CORE_READ(task, mm, arg_end) - start;
	if (length > ARGS_LEN)
		length = ARGS_LEN;
	if (length == 0 || bpf_probe_read_user(e->args, length, (void *)start)) {
		e->args[0] = '\0';
		event_send(ctx, e, 1);
		return 0;
	}

	for (__u32 i = 0; i < ARGS_LEN / sizeof(__u64) && i * sizeof(__u64) < length; i++)
		((__u64 *)e->args)[i] = blanks_for_zeros(((__u64 *)e->args)[i]);
	e->args[length - 1] = '\0';
	event_send(ctx, e, length);
	return 0;
}

static __always_inline int exec_failed(void *ctx, long ret, const char *path)
{
	struct event *e;
	long length;

	e = event_begin(ret);
	if (!e)
		return 0;

	length = bpf_probe_read_user_str(e->args, ARGS_LEN, path);
	if (length < 1) {
		e->args[0] = '\0';
		length = 1;
	}
	event_send(ctx, e, length);
	return 0;
}

/* After a failure the registers are still those of the call. The helper for them is of 5.15. */

/// @optional
SEC("tracepoint/syscalls/sys_exit_execve")
int execve_done(struct trace_event_raw_sys_exit *ctx)
{
	struct pt_regs *regs;

	if (!with_failed || ctx->ret >= 0)
		return 0;
	regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return exec_failed(ctx, ctx->ret, (void *)PT_REGS_PARM1_CORE_SYSCALL(regs));
}

/// @optional
SEC("tracepoint/syscalls/sys_exit_execveat")
int execveat_done(struct trace_event_raw_sys_exit *ctx)
{
	struct pt_regs *regs;

	if (!with_failed || ctx->ret >= 0)
		return 0;
	regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return exec_failed(ctx, ctx->ret, (void *)PT_REGS_PARM2_CORE_SYSCALL(regs));
}

/// @brief Shows which programs are started, by whom, and with which arguments
/// @details Traces execve() and execveat() of the whole machine, or of what the flags choose.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
