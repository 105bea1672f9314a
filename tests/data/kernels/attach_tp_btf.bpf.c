// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Tracepoints by BTF, with the arguments that came later. */
#include "common.h"

SEC("tp_btf/sched_switch")
int three(__u64 *ctx)
{
	sink = ctx[2];
	return 0;
}

SEC("tp_btf/sched_switch")
int four(__u64 *ctx)
{
	sink = ctx[3]; /* prev_state, since 5.18 */
	return 0;
}

SEC("tp_btf/sched_switch")
int five(__u64 *ctx)
{
	sink = ctx[4];
	return 0;
}

SEC("tp_btf/kfree_skb")
int reason(__u64 *ctx)
{
	sink = ctx[2]; /* since 5.17 */
	return 0;
}

SEC("tp_btf/kfree_skb")
int receiver(__u64 *ctx)
{
	sink = ctx[3]; /* since 6.11 */
	return 0;
}

SEC("tp_btf/no_such_tracepoint")
int never(__u64 *ctx)
{
	return 0;
}

SEC("tp_btf/inet_sk_error_report")
int error_report(__u64 *ctx)
{
	return 0; /* since 5.14 */
}

SEC("tp_btf/sched_stat_runtime")
int runtime(__u64 *ctx)
{
	sink = ctx[2]; /* vruntime, up to 6.7 */
	return 0;
}
