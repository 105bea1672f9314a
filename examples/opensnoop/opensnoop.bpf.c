// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One record for each open(), openat() and openat2().
 *
 * Only the return of the system call is traced. The arguments are read there from the registers the
 * thread entered the kernel with, so there is no second program and no table of open calls. And by
 * then the page with the path has been read by the kernel itself, so that it is in memory.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "opensnoop.h"

/* What kernels without bpf_task_pt_regs() need: the size of a kernel stack on x86-64 and arm64 … */
#define KERNEL_STACK_SIZE 16384

/* … and of the kernel's task_struct the one member, so that its hundreds of types stay outside. */
struct task_struct___stack {
	void *stack;
} __attribute__((preserve_access_index));

/// Trace only the process, or the single thread, with this id (0: any)
const volatile pid_t pid_target = 0;

/// Trace only the process with this id, all threads of it (0: any)
const volatile pid_t tgid_target = 0;

/// Trace only opens by the user with this id (-1: any)
const volatile long long uid_target = -1;

/// Show only opens that failed
/// @cmdarg {"default": false, "short": "f", "long": "failed", "help": "Show only opens that failed"}
const volatile bool targ_failed = false;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} events SEC(".maps");

/* What found no room in the buffer; epm says how many. */
__u64 events_lost;

/* A record is put together here: a ring buffer reserves fixed sizes only, and ours vary. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} scratch SEC(".maps");

static __always_inline struct pt_regs *entry_registers(void)
{
	struct task_struct___stack *task;

	/* Since 5.15. The kernel removes the branch that does not apply while it loads this. */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (void *)bpf_task_pt_regs(bpf_get_current_task_btf());

	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, stack) + KERNEL_STACK_SIZE - bpf_core_type_size(struct pt_regs);
}

static __always_inline bool is_wanted(__u32 pid, __u32 tid, __u32 uid, long ret)
{
	if (targ_failed && ret >= 0)
		return false;
	if (pid_target && (__u32)pid_target != pid && (__u32)pid_target != tid)
		return false;
	if (tgid_target && (__u32)tgid_target != pid)
		return false;
	return uid_target == -1 || (__u32)uid_target == uid;
}

static __always_inline int report(const char *fname, long ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 uid = bpf_get_current_uid_gid();
	__u32 zero = 0;
	struct event *e;
	long length;

	e = bpf_map_lookup_elem(&scratch, &zero);
	if (!e)
		return 0;

	e->pid = id >> 32;
	e->uid = uid;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	e->fd = ret < 0 ? -1 : ret;
	e->err = ret < 0 ? -ret : 0;

	length = bpf_probe_read_user_str(e->fname, sizeof(e->fname), fname);
	if (length < 1 || length > PATH_LEN) {
		/* A bad pointer; the open failed with EFAULT. */
		e->fname[0] = '\0';
		length = 1;
	}
	if (bpf_ringbuf_output(&events, e, offsetof(struct event, fname) + length, 0))
		__sync_fetch_and_add(&events_lost, 1);
	return 0;
}

static __always_inline bool is_current_wanted(long ret)
{
	__u64 id = bpf_get_current_pid_tgid();

	return is_wanted(id >> 32, id, bpf_get_current_uid_gid(), ret);
}

/* arm64 and riscv have no open(). */
/// @optional
SEC("tracepoint/syscalls/sys_exit_open")
int open_done(struct trace_event_raw_sys_exit *ctx)
{
	if (!is_current_wanted(ctx->ret))
		return 0;
	return report((void *)PT_REGS_PARM1_CORE_SYSCALL(entry_registers()), ctx->ret);
}

SEC("tracepoint/syscalls/sys_exit_openat")
int openat_done(struct trace_event_raw_sys_exit *ctx)
{
	if (!is_current_wanted(ctx->ret))
		return 0;
	return report((void *)PT_REGS_PARM2_CORE_SYSCALL(entry_registers()), ctx->ret);
}

/* Since 5.6. */
/// @optional
SEC("tracepoint/syscalls/sys_exit_openat2")
int openat2_done(struct trace_event_raw_sys_exit *ctx)
{
	if (!is_current_wanted(ctx->ret))
		return 0;
	return report((void *)PT_REGS_PARM2_CORE_SYSCALL(entry_registers()), ctx->ret);
}

/// @brief Shows which files are opened, by whom, and whether it worked
/// @details Traces open(), openat() and openat2() of the whole machine, or of what the flags
/// choose.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
