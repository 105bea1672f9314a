// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A scheduler, 6.12. */
#include "common.h"

struct task_struct;

struct sched_ext_ops {
	void (*dequeue)(struct task_struct *task, __u64 flags);
	char name[128];
};

SEC("struct_ops/dequeue")
void dequeue(__u64 *ctx)
{
}

SEC(".struct_ops")
struct sched_ext_ops scheduler = {
	.dequeue = (void *)dequeue,
	.name = "epm_test",
};
