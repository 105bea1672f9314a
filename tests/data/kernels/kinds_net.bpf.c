// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Kinds of programs of packets and sockets. */
#include "common.h"

SEC("socket")
int filter(struct __sk_buff *skb)
{
	return 0;
}

SEC("tc")
int classifier(struct __sk_buff *skb)
{
	return 0;
}

SEC("action")
int act(struct __sk_buff *skb)
{
	return 0;
}

SEC("xdp")
int plain(struct xdp_md *xdp)
{
	return XDP_PASS;
}

SEC("xdp.frags")
int frags(struct xdp_md *xdp)
{
	return XDP_PASS;
}

SEC("xdp/devmap")
int devmap(struct xdp_md *xdp)
{
	return XDP_PASS;
}

SEC("xdp/cpumap")
int cpumap(struct xdp_md *xdp)
{
	return XDP_PASS;
}

SEC("sk_lookup")
int lookup(struct bpf_sk_lookup *ctx)
{
	return SK_PASS;
}

SEC("sk_reuseport")
int reuseport(struct sk_reuseport_md *ctx)
{
	return SK_PASS;
}

SEC("sk_reuseport/migrate")
int migrate(struct sk_reuseport_md *ctx)
{
	return SK_PASS;
}

SEC("sk_skb/stream_verdict")
int verdict(struct __sk_buff *skb)
{
	return SK_PASS;
}

SEC("sockops")
int operations(struct bpf_sock_ops *ctx)
{
	return 1;
}

SEC("lwt_xmit")
int transmit(struct __sk_buff *skb)
{
	return 0;
}

SEC("cgroup/getpeername4")
int peer_name(struct bpf_sock_addr *ctx)
{
	return 1;
}

SEC("cgroup/sock_release")
int release(struct bpf_sock *ctx)
{
	return 1;
}

SEC("cgroup/setsockopt")
int set_option(struct bpf_sockopt *ctx)
{
	return 1;
}
