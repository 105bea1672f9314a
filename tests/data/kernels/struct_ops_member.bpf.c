// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* With a member that the kernel's struct never had. */
#include "common.h"

struct sock;

struct tcp_congestion_ops {
	unsigned int (*ssthresh)(struct sock *sk);
	unsigned int (*no_such_member)(struct sock *sk);
	char name[16];
};

SEC("struct_ops/ssthresh")
unsigned int ssthresh(__u64 *ctx)
{
	return 2;
}

SEC("struct_ops/no_such_member")
unsigned int member(__u64 *ctx)
{
	return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops control = {
	.ssthresh = (void *)ssthresh,
	.no_such_member = (void *)member,
	.name = "epm_test",
};
