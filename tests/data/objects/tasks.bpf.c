// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An iterator: a line for each task. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

SEC("iter/task")
int each_task(struct bpf_iter__task *ctx)
{
	static const char format[] = "%d %s\n";
	struct task_struct *task = ctx->task;
	__u64 values[2];

	if (!task)
		return 0;
	values[0] = task->pid;
	values[1] = (__u64)task->comm;
	bpf_seq_printf(ctx->meta->seq, format, sizeof(format), values, sizeof(values));
	return 0;
}

/// @brief Lists the tasks
char LICENSE[] SEC("license") = "GPL";
