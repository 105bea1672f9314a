// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Members of tracepoints, which are found when they are attached. */
#include "common.h"

#define READ(type, offset) (*(volatile type *)((char *)ctx + (offset)))

SEC("tp/sched/sched_process_exec")
int in_event(void *ctx)
{
	sink = READ(__u32, 12);
	return 0;
}

SEC("tp/sched/sched_switch")
int behind_event(void *ctx)
{
	sink = READ(__u64, 1024);
	return 0;
}

SEC("tp/syscalls/sys_enter_openat")
int last_argument(void *ctx)
{
	sink = READ(__u64, 40);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int too_many_arguments(void *ctx)
{
	sink = READ(__u64, 32);
	return 0;
}
