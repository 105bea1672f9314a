// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A member's arguments: four since 6.10, two before. */
#include "common.h"

struct sock;

struct tcp_congestion_ops {
	void (*cong_control)(struct sock *sk, __u32 ack, int flag, const void *sample);
	unsigned int (*ssthresh)(struct sock *sk);
	unsigned int (*undo_cwnd)(struct sock *sk);
	char name[16];
};

SEC("struct_ops/cong_control")
void cong_control(__u64 *ctx)
{
	sink = ctx[2];
}

SEC("struct_ops/ssthresh")
unsigned int ssthresh(__u64 *ctx)
{
	return 2;
}

SEC("struct_ops/undo_cwnd")
unsigned int undo_cwnd(__u64 *ctx)
{
	return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops control = {
	.cong_control = (void *)cong_control,
	.ssthresh = (void *)ssthresh,
	.undo_cwnd = (void *)undo_cwnd,
	.name = "epm_test",
};
