// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A variable that came with 6.2 (x86) and went with 6.15. */
#include "common.h"

struct pcpu_hot {
	struct task_struct *current_task;
} CORE;

extern const struct pcpu_hot pcpu_hot __ksym __weak;
extern struct task_struct *const current_task __ksym __weak;

SEC("raw_tp/sys_enter")
int either(void *ctx)
{
	if (bpf_core_type_exists(struct pcpu_hot))
		sink = (long)&pcpu_hot;
	else
		sink = (long)&current_task;
	return 0;
}
