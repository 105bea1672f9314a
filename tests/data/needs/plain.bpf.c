// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs without CO-RE; a subprogram; global data; what changes the system; -mcpu=v2. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

volatile const int limit = 4;
unsigned int seen;

static __attribute__((noinline)) int count(int n)
{
	bpf_send_signal(n);
	__sync_fetch_and_add(&seen, 1);
	return n < limit;
}

SEC("tp/syscalls/sys_enter_openat")
int opened(void *ctx)
{
	return count(9);
}

SEC("kprobe")
int anywhere(void *ctx)
{
	bpf_probe_write_user(ctx, ctx, 1);
	return 0;
}

SEC("uprobe//usr/bin/bash:readline")
int typed(void *ctx)
{
	return 0;
}

SEC("xdp.frags")
int packet(void *ctx)
{
	return XDP_PASS;
}

SEC("cgroup/connect4")
int connecting(void *ctx)
{
	return 1;
}

SEC("my_own_section")
int unknown(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
