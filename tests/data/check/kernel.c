// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Compiled for its BTF alone, which stands for a kernel's. */
struct pt_regs {
#ifdef ARM
	unsigned long regs[31];
#else
	unsigned long di, si, ax;
#endif
};

struct task_struct {
	int pid;
#ifdef OLD
	long state;
#else
	unsigned int __state;
#endif
	char comm[16];
};

struct trace_event_raw_sys_enter {
	long id;
	unsigned long args[6];
};

struct filename;
struct file;
struct bpf_iter__task;

enum bpf_func_id {
	BPF_FUNC_unspec,
	BPF_FUNC_map_lookup_elem,
	BPF_FUNC_get_current_task = 35,
	BPF_FUNC_probe_read_kernel = 113,
#ifndef OLD
	BPF_FUNC_ringbuf_reserve = 131,
	BPF_FUNC_copy_from_user = 148,
	BPF_FUNC_check_mtu = 163,
	BPF_FUNC_for_each_map_elem = 164,
	BPF_FUNC_loop = 181,
	BPF_FUNC_cgrp_storage_delete = 211,
#endif
};

enum bpf_attach_type {
	BPF_TRACE_RAW_TP = 23,
	BPF_TRACE_FENTRY,
	BPF_TRACE_FEXIT,
	BPF_LSM_MAC = 27,
	BPF_TRACE_ITER = 28,
};

enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC,
	BPF_MAP_TYPE_HASH,
	BPF_MAP_TYPE_ARRAY,
#ifndef OLD
	BPF_MAP_TYPE_RINGBUF = 27,
#endif
};

enum bpf_prog_type {
	BPF_PROG_TYPE_UNSPEC,
	BPF_PROG_TYPE_KPROBE = 2,
	BPF_PROG_TYPE_TRACEPOINT = 5,
	BPF_PROG_TYPE_RAW_TRACEPOINT = 17,
	BPF_PROG_TYPE_TRACING = 26,
	BPF_PROG_TYPE_LSM = 29,
};

#ifdef FEW_ARGUMENTS
typedef void (*btf_trace_sched_switch)(void *data, _Bool preempt, struct task_struct *prev);
#else
typedef void (*btf_trace_sched_switch)(void *data, _Bool preempt, struct task_struct *prev,
				       struct task_struct *next);
#endif
btf_trace_sched_switch sched_switch;

#ifndef OLD
typedef void (*btf_trace_sched_waking)(void *data, struct task_struct *task);
btf_trace_sched_waking sched_waking;
#endif

enum bpf_func_id helpers;
enum bpf_map_type maps;
enum bpf_attach_type attaching;
enum bpf_prog_type programs;
struct trace_event_raw_sys_enter enter;
struct pt_regs registers;
unsigned long a_long;

#ifdef ARM
#define SYSTEM_CALL(name) int __arm64_sys_##name(const struct pt_regs *regs)
#else
#define SYSTEM_CALL(name) int __x64_sys_##name(const struct pt_regs *regs)
#endif

SYSTEM_CALL(openat)
{
	return regs != 0;
}

SYSTEM_CALL(read)
{
	return regs != 0;
}

#ifdef OLD
int __do_unlinkat(int dfd, struct filename *name)
{
	return dfd + (name != 0);
}
#else
#ifndef NO_UNLINK
int do_unlinkat(int dfd, struct filename *name)
{
	return dfd + (name != 0);
}
#endif

#ifndef NO_ONLY_NEW
int only_new(int dfd)
{
	return dfd;
}
#endif

int bpf_lsm_file_open(struct file *file)
{
	return file != 0;
}

int bpf_iter_task(void *meta, struct task_struct *task)
{
	return meta != task;
}

#ifdef OTHER_ARGUMENTS
struct task_struct *bpf_task_acquire(struct task_struct *task, int flags)
{
	return flags ? task : 0;
}
#else
struct task_struct *bpf_task_acquire(struct task_struct *task)
{
	return task;
}
#endif
#endif
