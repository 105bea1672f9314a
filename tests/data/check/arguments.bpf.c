// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

SEC("tp_btf/sched_switch")
int reads_next(__u64 *ctx)
{
	struct task_struct *next = (void *)ctx[2];

	last = next->pid;
	return 0;
}
