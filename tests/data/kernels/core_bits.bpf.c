// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Bit-fields, which no kernel has at the same place. */
#include "common.h"

struct task_struct___bits {
	unsigned int sched_reset_on_fork : 1;
	unsigned int in_execve : 1;
	unsigned int no_such_bit : 1;
} CORE;

struct sk_buff {
	__u8 pkt_type : 3;
	__u8 ip_summed : 2;
	__u16 vlan_present_never : 1;
	unsigned int len;
} CORE;

struct sk_buff___old {
	__u8 vlan_present : 1; /* up to 6.1 */
} CORE;

SEC("tp/sched/sched_switch")
int present(void *ctx)
{
	struct task_struct___bits *task = (void *)current();

	sink = BPF_CORE_READ_BITFIELD_PROBED(task, sched_reset_on_fork);
	return 0;
}

SEC("tp/sched/sched_switch")
int missing(void *ctx)
{
	struct task_struct___bits *task = (void *)current();

	sink = BPF_CORE_READ_BITFIELD_PROBED(task, no_such_bit);
	return 0;
}

SEC("raw_tp/kfree_skb")
int of_packet(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff *skb = (void *)ctx->args[0];

	sink = BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type) + BPF_CORE_READ(skb, len);
	return 0;
}

SEC("raw_tp/kfree_skb")
int of_old_packet(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff___old *skb = (void *)ctx->args[0];

	sink = BPF_CORE_READ_BITFIELD_PROBED(skb, vlan_present);
	return 0;
}

SEC("tp_btf/kfree_skb")
int direct(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];

	sink = BPF_CORE_READ_BITFIELD(skb, ip_summed);
	return 0;
}
