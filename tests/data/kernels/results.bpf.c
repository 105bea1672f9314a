// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What programs return. */
#include "common.h"

SEC("fentry/do_nanosleep")
int entry_zero(void *ctx)
{
	return 0;
}

SEC("fentry/do_nanosleep")
int entry_one(void *ctx)
{
	return 1;
}

SEC("tp_btf/sched_switch")
int raw_five(void *ctx)
{
	return 5;
}

SEC("iter/task")
int iterator_one(void *ctx)
{
	return 1;
}

SEC("iter/task")
int iterator_two(void *ctx)
{
	return 2;
}

SEC("lsm/file_open")
int hook_error(void *ctx)
{
	return -1;
}

SEC("lsm/file_open")
int hook_one(void *ctx)
{
	return 1; /* refused since 6.12 */
}

SEC("lsm/file_free_security")
int hook_void(void *ctx)
{
	return 0;
}

SEC("cgroup_skb/egress")
int packet_two(void *ctx)
{
	return 2;
}

SEC("cgroup/sysctl")
int sysctl_two(void *ctx)
{
	return 2;
}

SEC("sk_lookup")
int lookup_two(void *ctx)
{
	return 2;
}

SEC("xdp")
int frame_seven(void *ctx)
{
	return 7;
}

SEC("tc")
int packet_minus(void *ctx)
{
	return -1;
}

SEC("kprobe/do_nanosleep")
int probe_five(void *ctx)
{
	return 5;
}
