// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym __weak;

SEC("fentry/__x64_sys_openat")
int acquires(__u64 *ctx)
{
	if (bpf_task_acquire)
		last = bpf_task_acquire((void *)ctx[0]) != 0;
	return 0;
}
