// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Raw tracepoints: those that are missing are missed when they are attached. */
#include "common.h"

SEC("raw_tp/sched_switch")
int there(struct bpf_raw_tracepoint_args *ctx)
{
	sink = ctx->args[0];
	return 0;
}

SEC("raw_tp/sched_switch")
int any_argument(struct bpf_raw_tracepoint_args *ctx)
{
	sink = ctx->args[7];
	return 0;
}

SEC("raw_tp/no_such_tracepoint")
int never(struct bpf_raw_tracepoint_args *ctx)
{
	return 0;
}

SEC("raw_tp/inet_sk_error_report")
int error_report(struct bpf_raw_tracepoint_args *ctx)
{
	return 0;
}

SEC("raw_tp/ma_op")
int maple(struct bpf_raw_tracepoint_args *ctx)
{
	return 0; /* since 6.1 */
}
