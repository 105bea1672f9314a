// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Functions with many arguments, and structs by value. */
#include "common.h"

SEC("fentry/do_mount_setattr")
int few(__u64 *ctx)
{
	return 0;
}

SEC("fentry/tcp_rcv_established")
int plain(__u64 *ctx)
{
	return 0;
}

SEC("fentry/__x64_sys_mmap")
int system_call(__u64 *ctx)
{
	return 0;
}

SEC("fentry/do_mmap")
int many(__u64 *ctx)
{
	return 0;
}

SEC("fexit/ip6_make_skb")
int most(__u64 *ctx)
{
	return 0;
}

SEC("fentry/from_kuid")
int by_value(__u64 *ctx)
{
	sink = ctx[1];
	return 0;
}
