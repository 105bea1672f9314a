// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Members of contexts, by number: a compiler's header may be newer or older than the kernel. */
#include "common.h"

#define READ(type, offset) (*(volatile type *)((char *)ctx + (offset)))

SEC("tc")
int packet_length(struct __sk_buff *ctx)
{
	sink = ctx->len;
	return 0;
}

SEC("tc")
int packet_stamp(struct __sk_buff *ctx)
{
	sink = READ(__u64, 184); /* hwtstamp, since 5.16 */
	return 0;
}

SEC("tc")
int packet_beyond(struct __sk_buff *ctx)
{
	sink = READ(__u32, 400);
	return 0;
}

SEC("xdp")
int frame_out(struct xdp_md *ctx)
{
	sink = ctx->ingress_ifindex;
	return XDP_PASS;
}

SEC("xdp")
int frame_beyond(struct xdp_md *ctx)
{
	sink = READ(__u32, 64);
	return XDP_PASS;
}

SEC("sk_lookup")
int lookup_port(struct bpf_sk_lookup *ctx)
{
	sink = ctx->local_port;
	return SK_PASS;
}

SEC("sk_lookup")
int lookup_interface(struct bpf_sk_lookup *ctx)
{
	sink = READ(__u32, 64); /* ingress_ifindex, since 5.17 */
	return SK_PASS;
}

SEC("sockops")
int operation_flags(struct bpf_sock_ops *ctx)
{
	sink = ctx->skb_tcp_flags;
	return 1;
}

SEC("sockops")
int operation_stamp(struct bpf_sock_ops *ctx)
{
	sink = READ(__u64, 216); /* skb_hwtstamp, since 6.2 */
	return 1;
}

SEC("cgroup/sysctl")
int sysctl_beyond(struct bpf_sysctl *ctx)
{
	sink = READ(__u32, 16);
	return 1;
}

SEC("perf_event")
int sample_beyond(void *ctx)
{
	sink = READ(__u64, 4096);
	return 0;
}

SEC("kprobe/do_nanosleep")
int registers_beyond(void *ctx)
{
	sink = READ(__u64, 4096);
	return 0;
}

SEC("iter/task")
int element_beyond(void *ctx)
{
	sink = READ(__u64, 24);
	return 0;
}
