// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Congestion control, in all kernels since 5.6. */
#include "common.h"

struct sock;

struct tcp_congestion_ops {
	unsigned int (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, unsigned int ack, unsigned int acked);
	unsigned int (*undo_cwnd)(struct sock *sk);
	char name[16];
};

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

SEC("struct_ops/cong_avoid")
void cong_avoid(__u64 *ctx)
{
}

SEC(".struct_ops")
struct tcp_congestion_ops control = {
	.ssthresh = (void *)ssthresh,
	.cong_avoid = (void *)cong_avoid,
	.undo_cwnd = (void *)undo_cwnd,
	.name = "epm_test",
};
