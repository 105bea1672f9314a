// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

SEC("tracepoint/syscalls/sys_enter_openat")
int read_state(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	bpf_core_read(&last, sizeof(last), &task->__state);
	return 0;
}
