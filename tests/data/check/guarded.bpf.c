// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

const volatile bool wants_state = false;

SEC("tracepoint/syscalls/sys_enter_openat")
int read_state(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	last = BPF_CORE_READ(task, pid);
	if (bpf_core_field_exists(task->__state))
		last = BPF_CORE_READ(task, __state);
	if (wants_state)
		last += BPF_CORE_READ(task, __state);
	return 0;
}
