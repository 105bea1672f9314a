// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How long threads that could run wait for a CPU, as a histogram in powers of two. The time of a
 * wake-up, or of being put off the CPU while able to run, is kept by thread until it gets a CPU.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define COMM_LEN 16
#define MAX_SLOTS 26
#define MAX_ENTRIES 10240

/* Not in BTF, because these are macros. */
#define TASK_RUNNING 0

/* The member `state` became `__state` in 5.14, with another type. */
struct task_struct___old {
	long state;
} __attribute__((preserve_access_index));

struct hist {
	__u32 slots[MAX_SLOTS];
	/// Process or thread, empty where all share one histogram
	char comm[COMM_LEN];
};

/// One histogram for each process
/// @cmdarg {"default": false, "short": "P", "long": "targ_per_process", "help": "One histogram for each process"}
const volatile bool targ_per_process = false;

/// One histogram for each thread
/// @cmdarg {"default": false, "short": "L", "long": "targ_per_thread", "help": "One histogram for each thread"}
const volatile bool targ_per_thread = false;

/// Count in milliseconds instead of microseconds
/// @cmdarg {"default": false, "short": "m", "long": "targ_ms", "help": "Count in milliseconds"}
const volatile bool targ_ms = false;

/// Trace only the process with this id (0: any)
const volatile pid_t targ_tgid = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} start SEC(".maps");

/// @sample {"interval": 1000, "type": "log2_hist", "unit": "usecs", "clear_map": true}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, __u32);
	__type(value, struct hist);
} hists SEC(".maps");

static const struct hist no_hist;

static __always_inline __u64 log2_of(__u64 value)
{
	__u64 log = 0;

	/* Five halvings of what is left find the highest bit without a loop. */
	if (value >> 32) {
		value >>= 32;
		log += 32;
	}
	if (value >> 16) {
		value >>= 16;
		log += 16;
	}
	if (value >> 8) {
		value >>= 8;
		log += 8;
	}
	if (value >> 4) {
		value >>= 4;
		log += 4;
	}
	if (value >> 2) {
		value >>= 2;
		log += 2;
	}
	return log + (value >> 1);
}

static __always_inline bool is_running(struct task_struct *task)
{
	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state) == TASK_RUNNING;
	return BPF_CORE_READ((struct task_struct___old *)task, state) == TASK_RUNNING;
}

/* The thread can run from now on. */
static __always_inline int wait_begin(struct task_struct *task)
{
	__u32 tid = BPF_CORE_READ(task, pid);
	__u64 now;

	/* The idle threads all have the id 0. */
	if (!tid || (targ_tgid && targ_tgid != BPF_CORE_READ(task, tgid)))
		return 0;

	now = bpf_ktime_get_ns();
	bpf_map_update_elem(&start, &tid, &now, BPF_ANY);
	return 0;
}

/* The thread runs from now on. */
static __always_inline int wait_end(struct task_struct *task)
{
	__u32 tid = BPF_CORE_READ(task, pid), key = 0;
	struct hist *hist;
	__u64 *from, slot;
	__s64 waited;

	from = bpf_map_lookup_elem(&start, &tid);
	if (!from)
		return 0;
	waited = bpf_ktime_get_ns() - *from;
	bpf_map_delete_elem(&start, &tid);
	if (waited < 0)
		return 0;

	if (targ_per_thread)
		key = tid;
	else if (targ_per_process)
		key = BPF_CORE_READ(task, tgid);

	hist = bpf_map_lookup_elem(&hists, &key);
	if (!hist) {
		bpf_map_update_elem(&hists, &key, &no_hist, BPF_NOEXIST);
		hist = bpf_map_lookup_elem(&hists, &key);
		if (!hist)
			return 0;
		if (key)
			BPF_CORE_READ_STR_INTO(&hist->comm, task, comm);
	}

	slot = log2_of(waited / (targ_ms ? 1000000U : 1000U));
	if (slot >= MAX_SLOTS)
		slot = MAX_SLOTS - 1;
	__sync_fetch_and_add(&hist->slots[slot], 1);
	return 0;
}

SEC("raw_tp/sched_wakeup")
int BPF_PROG(handle_wakeup, struct task_struct *task)
{
	return wait_begin(task);
}

SEC("raw_tp/sched_wakeup_new")
int BPF_PROG(handle_wakeup_new, struct task_struct *task)
{
	return wait_begin(task);
}

SEC("raw_tp/sched_switch")
int BPF_PROG(handle_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	/* It did not want to leave: it waits again from here on. */
	if (preempt || is_running(prev))
		wait_begin(prev);
	return wait_end(next);
}

/// @brief Shows how long threads wait for a CPU, as a histogram
/// @details The time from when a thread could run until it did, once a second, for the whole machine
/// or by process or thread.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
