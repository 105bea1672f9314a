// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One record for each change of the state of a TCP socket, with the time spent in the old state.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define COMM_LEN 16
#define ADDR_LEN 16
#define AF_INET 2
#define AF_INET6 10

/* The kernel's numbers with names of our own: its enumeration has no name that a member could use. */
enum tcp_state {
	ESTABLISHED = 1,
	SYN_SENT,
	SYN_RECV,
	FIN_WAIT1,
	FIN_WAIT2,
	TIME_WAIT,
	CLOSE,
	CLOSE_WAIT,
	LAST_ACK,
	LISTEN,
	CLOSING,
	NEW_SYN_RECV,
};

struct event {
	/// Socket, by its address in the kernel
	/// @format hex
	__u64 skaddr;
	/// Process that was running; of changes by the network, whichever it happened to be
	__u32 pid;
	char comm[COMM_LEN];
	/// Own address; IPv4 as ::ffff:a.b.c.d
	/// @format ip6
	__u8 saddr[ADDR_LEN];
	__u16 sport;
	/// Address of the peer
	/// @format ip6
	__u8 daddr[ADDR_LEN];
	__u16 dport;
	enum tcp_state oldstate;
	enum tcp_state newstate;
	/// Time in the old state, 0 where its begin was not seen
	/// @format us
	/// @name DURATION
	__u64 duration_us;
};

/// Show only IPv4 (4) or only IPv6 (6) sockets (0: both)
const volatile unsigned int target_family = 0;

/// Show only sockets with this port on the own side (0: any)
const volatile __u16 target_sport = 0;

/// Show only sockets with this port on the other side (0: any)
const volatile __u16 target_dport = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, const void *);
	__type(value, __u64);
} since SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

static __always_inline bool is_wanted(struct trace_event_raw_inet_sock_set_state *ctx)
{
	if (ctx->protocol != IPPROTO_TCP)
		return false;
	if (target_family && ctx->family != (target_family == 6 ? AF_INET6 : AF_INET))
		return false;
	if (target_sport && target_sport != ctx->sport)
		return false;
	return !target_dport || target_dport == ctx->dport;
}

SEC("tracepoint/sock/inet_sock_set_state")
int set_state(struct trace_event_raw_inet_sock_set_state *ctx)
{
	const void *sk = ctx->skaddr;
	__u64 now = bpf_ktime_get_ns();
	struct event *e;
	__u64 *begin;

	if (!is_wanted(ctx))
		return 0;

	begin = bpf_map_lookup_elem(&since, &sk);
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (e) {
		e->skaddr = (__u64)sk;
		e->pid = bpf_get_current_pid_tgid() >> 32;
		bpf_get_current_comm(e->comm, sizeof(e->comm));
		/* The tracepoint gives IPv4 addresses here too, in the mapped form. */
		bpf_probe_read_kernel(e->saddr, ADDR_LEN, ctx->saddr_v6);
		bpf_probe_read_kernel(e->daddr, ADDR_LEN, ctx->daddr_v6);
		e->sport = ctx->sport;
		e->dport = ctx->dport;
		e->oldstate = ctx->oldstate;
		e->newstate = ctx->newstate;
		e->duration_us = begin ? (now - *begin) / 1000 : 0;
		bpf_ringbuf_submit(e, 0);
	}

	if (ctx->newstate == TCP_CLOSE)
		bpf_map_delete_elem(&since, &sk);
	else
		bpf_map_update_elem(&since, &sk, &now, BPF_ANY);
	return 0;
}

/// @brief Shows how TCP sockets change their state, and the time spent in each
/// @details One line for each change, IPv4 and IPv6, with both addresses and ports.
/// @version 1.0.0
char LICENSE[] SEC("license") = "Dual BSD/GPL";
