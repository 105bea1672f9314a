// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One record for each signal that is sent. What a system call is given is known at its entry, and
 * whether it worked at its return, so the two are brought together in a table by thread.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define COMM_LEN 16

/* From the kernel's user-space headers; BTF knows no macros. */
#define SI_USER 0
#define SI_TKILL -6

struct event {
	/// Process that sends
	__u32 pid;
	/// Process or thread that is to receive; negative for a process group
	__s32 tpid;
	/// Signal
	/// @format signal
	__s32 sig;
	/// Why it was not sent, 0 where it was
	/// @format errno
	__s32 err;
	/// Name of the process that sends
	char comm[COMM_LEN];
};

struct call {
	__s32 tpid;
	__s32 sig;
};

/// Trace only signals sent by the process with this id (0: any)
const volatile pid_t filtered_pid = 0;

/// Trace only this signal, by number (0: any)
const volatile int target_signal = 0;

/// Show only signals that could not be sent
/// @cmdarg {"default": false, "short": "x", "long": "failed_only", "help": "Show only signals that could not be sent"}
const volatile bool failed_only = false;

/// Show also the signals that the kernel itself sends
/// @cmdarg {"default": false, "short": "k", "long": "kernel", "help": "Show also the kernel's own signals"}
const volatile bool with_kernel = false;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

static __always_inline bool is_wanted(__u32 pid, int sig)
{
	if (filtered_pid && (__u32)filtered_pid != pid)
		return false;
	return !target_signal || target_signal == sig;
}

static __always_inline void report(void *ctx, __s32 tpid, __s32 sig, long ret)
{
	struct event e = {
		.pid = bpf_get_current_pid_tgid() >> 32,
		.tpid = tpid,
		.sig = sig,
		.err = ret < 0 ? -ret : 0,
	};

	bpf_get_current_comm(e.comm, sizeof(e.comm));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &e, sizeof(e));
}

static __always_inline int call_enter(__s32 tpid, __s32 sig)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id;
	struct call call = { .tpid = tpid, .sig = sig };

	if (is_wanted(id >> 32, sig))
		bpf_map_update_elem(&calls, &tid, &call, BPF_ANY);
	return 0;
}

static __always_inline int call_exit(struct trace_event_raw_sys_exit *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&calls, &tid);

	if (!call)
		return 0;
	if (!failed_only || ctx->ret < 0)
		report(ctx, call->tpid, call->sig, ctx->ret);
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_kill")
int kill_enter(struct trace_event_raw_sys_enter *ctx)
{
	return call_enter(ctx->args[0], ctx->args[1]);
}

SEC("tracepoint/syscalls/sys_exit_kill")
int kill_exit(struct trace_event_raw_sys_exit *ctx)
{
	return call_exit(ctx);
}

SEC("tracepoint/syscalls/sys_enter_tkill")
int tkill_enter(struct trace_event_raw_sys_enter *ctx)
{
	return call_enter(ctx->args[0], ctx->args[1]);
}

SEC("tracepoint/syscalls/sys_exit_tkill")
int tkill_exit(struct trace_event_raw_sys_exit *ctx)
{
	return call_exit(ctx);
}

/* tgkill() names the process and then the thread. */
SEC("tracepoint/syscalls/sys_enter_tgkill")
int tgkill_enter(struct trace_event_raw_sys_enter *ctx)
{
	return call_enter(ctx->args[1], ctx->args[2]);
}

SEC("tracepoint/syscalls/sys_exit_tgkill")
int tgkill_exit(struct trace_event_raw_sys_exit *ctx)
{
	return call_exit(ctx);
}

/* All signals come by here; those of the system calls above were reported there. */
SEC("tracepoint/signal/signal_generate")
int signal_generate(struct trace_event_raw_signal_generate *ctx)
{
	if (!with_kernel || failed_only || ctx->code == SI_USER || ctx->code == SI_TKILL)
		return 0;
	if (is_wanted(bpf_get_current_pid_tgid() >> 32, ctx->sig))
		report(ctx, ctx->pid, ctx->sig, 0);
	return 0;
}

/// @brief Shows which signals are sent, by whom, to whom, and whether it worked
/// @details Traces kill(), tkill() and tgkill(), and with --kernel also what the kernel sends, such
/// as SIGCHLD and SIGSEGV.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
