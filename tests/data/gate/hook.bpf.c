// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* A raw tracepoint, which a kernel that is locked down leaves, and a map, which takes memory. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct hook_event {
	__u32 tgid;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("raw_tp/sched_process_exit")
int on_exit(void *ctx)
{
	struct hook_event event = { .tgid = bpf_get_current_pid_tgid() >> 32 };

	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}
