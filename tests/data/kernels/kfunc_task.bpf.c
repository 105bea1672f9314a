// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* kfuncs of tasks: any of these kinds may call them in newer kernels. */
#include "common.h"

extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

SEC("tp_btf/sys_enter")
int in_tp_btf(void *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (task)
		bpf_task_release(task);
	return 0;
}

SEC("kprobe/do_nanosleep")
int in_kprobe(void *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (task)
		bpf_task_release(task);
	return 0;
}

SEC("xdp")
int in_xdp(struct xdp_md *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (task)
		bpf_task_release(task);
	return XDP_PASS;
}
