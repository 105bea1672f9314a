// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Each line that is typed into any bash. Its function readline() returns the line, so the program
 * stands at the return of that function, in every process that runs this file.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define LINE_LEN 512

struct event {
	/// The bash it was typed into
	__u32 pid;
	/// User it runs as
	__u32 uid;
	/// What was typed
	char line[LINE_LEN];
};

/// Show only the lines of the bash with this process id (0: of any)
const volatile pid_t pid_target = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("uretprobe//bin/bash:readline")
int BPF_KRETPROBE(readline_done, const char *line)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct event *e;

	/* NULL at the end of the input. */
	if (!line || (pid_target && (__u32)pid_target != pid))
		return 0;

	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = pid;
	e->uid = bpf_get_current_uid_gid();
	if (bpf_probe_read_user_str(e->line, sizeof(e->line), line) < 0)
		bpf_ringbuf_discard(e, 0);
	else
		bpf_ringbuf_submit(e, 0);
	return 0;
}

/// @brief Shows each line that is typed into bash
/// @details Looks at the function readline() of /bin/bash; choose another shell with epm's --binary.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
