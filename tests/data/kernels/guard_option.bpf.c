// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a variable switches on: off as the object stands. */
#include "common.h"

const volatile bool with_missing = false;
const volatile int level = 0;
const volatile bool always_on = true;

struct task_struct___x {
	int no_such_member;
} CORE;

SEC("tp/sched/sched_switch")
int off(void *ctx)
{
	struct task_struct___x *task = (void *)current();

	if (with_missing)
		sink = BPF_CORE_READ(task, no_such_member);
	return 0;
}

SEC("tp/sched/sched_switch")
int by_number(void *ctx)
{
	struct task_struct___x *task = (void *)current();

	if (level > 2)
		sink = BPF_CORE_READ(task, no_such_member);
	return 0;
}

SEC("tp/sched/sched_switch")
int on(void *ctx)
{
	struct task_struct___x *task = (void *)current();

	if (always_on)
		sink = BPF_CORE_READ(task, no_such_member);
	return 0;
}
