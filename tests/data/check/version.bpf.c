// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

extern int LINUX_KERNEL_VERSION __kconfig;

SEC("tracepoint/syscalls/sys_enter_read")
int reads(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (LINUX_KERNEL_VERSION >= (5 << 16 | 14 << 8))
		last = BPF_CORE_READ(task, __state);
	return 0;
}
