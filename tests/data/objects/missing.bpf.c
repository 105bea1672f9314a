// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A tracepoint that no kernel has; with -DHAS_OTHER one that there is, and the missing one optional.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef HAS_OTHER
SEC("tp/epmtest/no_such_tracepoint")
int needed(void *ctx)
{
	return 0;
}
#else
SEC("tp/syscalls/sys_enter_kill")
int there(void *ctx)
{
	return 0;
}

/// @optional
SEC("tp/epmtest/no_such_tracepoint")
int wished(void *ctx)
{
	return 0;
}
#endif

/// @brief Wants a tracepoint that no kernel has
char LICENSE[] SEC("license") = "Dual BSD/GPL";
