// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same in programs of packets and sockets. */
#include "common.h"

SEC("socket")
int pid_in_filter(struct __sk_buff *skb)
{
	sink = bpf_get_current_pid_tgid(); /* taken by newer kernels */
	return 0;
}

SEC("socket")
int store_in_filter(struct __sk_buff *skb)
{
	sink = bpf_skb_store_bytes(skb, 0, "x", 1, 0);
	return 0;
}

SEC("xdp")
int comm_in_xdp(struct xdp_md *xdp)
{
	char comm[16];

	sink = bpf_get_current_comm(comm, sizeof(comm));
	return XDP_PASS;
}

SEC("xdp")
int adjust_in_xdp(struct xdp_md *xdp)
{
	sink = bpf_xdp_adjust_head(xdp, 0);
	return XDP_PASS;
}

SEC("tc")
int task_in_tc(struct __sk_buff *skb)
{
	sink = bpf_get_current_pid_tgid();
	return 0;
}

SEC("tc")
int head_in_tc(struct __sk_buff *skb)
{
	sink = bpf_xdp_adjust_head((void *)skb, 0);
	return 0;
}

SEC("cgroup_skb/ingress")
int redirect_in_cgroup(struct __sk_buff *skb)
{
	sink = bpf_redirect(1, 0);
	return 1;
}

SEC("cgroup/connect4")
int bind_in_connect(struct bpf_sock_addr *ctx)
{
	struct sockaddr {
		__u16 family;
		char data[14];
	} to = { 2 };

	sink = bpf_bind(ctx, (void *)&to, sizeof(to));
	return 1;
}

SEC("cgroup/sendmsg4")
int bind_in_sendmsg(struct bpf_sock_addr *ctx)
{
	struct sockaddr {
		__u16 family;
		char data[14];
	} to = { 2 };

	sink = bpf_bind(ctx, (void *)&to, sizeof(to));
	return 1;
}

SEC("cgroup/sysctl")
int sysctl_in_sysctl(struct bpf_sysctl *ctx)
{
	char name[16] = "";

	sink = bpf_sysctl_get_name(ctx, name, sizeof(name), 0);
	return 1;
}

SEC("cgroup/dev")
int sysctl_in_device(struct bpf_cgroup_dev_ctx *ctx)
{
	char name[16] = "";

	sink = bpf_sysctl_get_name((void *)ctx, name, sizeof(name), 0);
	return 1;
}

SEC("sk_msg")
int message(struct sk_msg_md *msg)
{
	sink = bpf_msg_apply_bytes(msg, 1);
	return SK_PASS;
}

SEC("flow_dissector")
int dissect_tail(struct __sk_buff *skb)
{
	sink = bpf_skb_change_tail(skb, 100, 0);
	return 0;
}
