// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Reads a member that struct task_struct has since 5.14, without asking whether it is there. */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct state_event {
	u32 tgid;
	u32 state;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_kill")
int on_kill(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct state_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 0;
	event->tgid = bpf_get_current_pid_tgid() >> 32;
	event->state = BPF_CORE_READ(task, __state);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
