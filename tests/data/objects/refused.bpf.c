// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program that every verifier refuses, and is optional, beside one that is good. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp/syscalls/sys_enter_kill")
int good(void *ctx)
{
	bpf_printk("good");
	return 0;
}

/// @optional
SEC("tp/syscalls/sys_enter_kill")
int wild(void *ctx)
{
	return **(volatile int **)0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
