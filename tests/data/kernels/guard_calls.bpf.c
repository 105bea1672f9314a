// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Answers that are handed through functions, stack and switches. */
#include "common.h"

struct task_struct___x {
	int no_such_member;
	int pid;
} CORE;

static __noinline long read_if(struct task_struct___x *task, int which)
{
	if (which == 1)
		return BPF_CORE_READ(task, no_such_member);
	return BPF_CORE_READ(task, pid);
}

SEC("tp/sched/sched_switch")
int through_argument(void *ctx)
{
	struct task_struct___x *task = (void *)current();

	sink = read_if(task, bpf_core_field_exists(task->no_such_member) ? 1 : 2);
	return 0;
}

SEC("tp/sched/sched_switch")
int wrong_argument(void *ctx)
{
	struct task_struct___x *task = (void *)current();

	sink = read_if(task, 1);
	return 0;
}

SEC("tp/sched/sched_switch")
int through_stack(void *ctx)
{
	struct task_struct___x *task = (void *)current();
	volatile int has = bpf_core_field_exists(task->no_such_member);

	bpf_get_current_pid_tgid();
	if (has)
		sink = BPF_CORE_READ(task, no_such_member);
	return 0;
}

SEC("tp/sched/sched_switch")
int in_loop(void *ctx)
{
	struct task_struct___x *task = (void *)current();

	for (int i = 0; i < 5; i++) {
		if (i == 7)
			sink = BPF_CORE_READ(task, no_such_member);
		sink += i;
	}
	return 0;
}

SEC("tp/sched/sched_switch")
int at_run_time(void *ctx)
{
	struct task_struct___x *task = (void *)current();

	if (bpf_get_prandom_u32() == 1000)
		sink = BPF_CORE_READ(task, no_such_member);
	return 0;
}
