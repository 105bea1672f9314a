// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* By the version and the configuration of the kernel. */
#include "common.h"

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern bool CONFIG_NO_SUCH_OPTION __kconfig __weak;
extern int CONFIG_HZ __kconfig;

#define VERSION(a, b) (((a) << 16) + ((b) << 8))

struct task_struct___old {
	volatile long state;
} CORE;

struct task_struct___new {
	unsigned int __state;
} CORE;

struct task_struct___x {
	int no_such_member;
} CORE;

SEC("tp/sched/sched_switch")
int by_version(void *ctx)
{
	struct task_struct___new *task = (void *)current();
	struct task_struct___old *old = (void *)task;

	if (LINUX_KERNEL_VERSION >= VERSION(5, 14))
		sink = BPF_CORE_READ(task, __state);
	else
		sink = BPF_CORE_READ(old, state);
	return 0;
}

SEC("tp/sched/sched_switch")
int wrong_version(void *ctx)
{
	struct task_struct___old *old = (void *)current();

	if (LINUX_KERNEL_VERSION >= VERSION(5, 14))
		sink = BPF_CORE_READ(old, state);
	return 0;
}

SEC("tp/sched/sched_switch")
int by_option(void *ctx)
{
	struct task_struct___x *task = (void *)current();

	if (!CONFIG_BPF_SYSCALL || CONFIG_NO_SUCH_OPTION || CONFIG_HZ < 50)
		sink = BPF_CORE_READ(task, no_such_member);
	return 0;
}
