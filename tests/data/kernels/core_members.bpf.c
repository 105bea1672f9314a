// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Members that some kernels have: read at once, and behind a question. */
#include "common.h"

struct task_struct___old {
	volatile long state; /* up to 5.13 */
} CORE;

struct task_struct___new {
	unsigned int __state; /* since 5.14 */
} CORE;

SEC("tp/sched/sched_switch")
int always(void *ctx)
{
	sink = BPF_CORE_READ(current(), pid);
	return 0;
}

SEC("tp/sched/sched_switch")
int old_only(void *ctx)
{
	struct task_struct___old *task = (void *)current();

	sink = BPF_CORE_READ(task, state);
	return 0;
}

SEC("tp/sched/sched_switch")
int new_only(void *ctx)
{
	struct task_struct___new *task = (void *)current();

	sink = BPF_CORE_READ(task, __state);
	return 0;
}

SEC("tp/sched/sched_switch")
int either(void *ctx)
{
	struct task_struct___new *task = (void *)current();
	struct task_struct___old *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		sink = BPF_CORE_READ(task, __state);
	else
		sink = BPF_CORE_READ(old, state);
	return 0;
}

SEC("tp/sched/sched_switch")
int never(void *ctx)
{
	struct task_struct___never {
		int no_such_member;
	} CORE *task = (void *)current();

	sink = BPF_CORE_READ(task, no_such_member);
	return 0;
}
