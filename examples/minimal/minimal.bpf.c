// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The smallest useful program: one tracepoint, one flag, one line of text. What bpf_printk() writes
 * is shown by epm, so there is no event struct and no map.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/*
 * "const volatile" makes a global a flag: const puts it where the kernel sees a constant, volatile
 * keeps the compiler from taking the default for granted.
 */

/// Show the writes of the process with this id (0: of every process, to standard error only)
const volatile pid_t pid_filter = 0;

SEC("tp/syscalls/sys_enter_write")
int handle_write(struct trace_event_raw_sys_enter *ctx)
{
	pid_t pid = bpf_get_current_pid_tgid() >> 32;
	int fd = ctx->args[0];

	/*
	 * Whoever prints our lines writes to standard output, and we must not answer each of those
	 * writes with another line.
	 */
	if (pid_filter ? pid != pid_filter : fd != 2)
		return 0;

	bpf_printk("write of %lu bytes to descriptor %d by process %d", ctx->args[2], fd, pid);
	return 0;
}

/// @brief Prints a line for each write() of a process
/// @details The smallest example: a tracepoint, a flag, and bpf_printk(). Give the process with
/// --pid_filter; without it only writes to standard error are shown.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
