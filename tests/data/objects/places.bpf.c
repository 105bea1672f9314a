// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs whose section does not say where they go; each says that it ran, and what it saw. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum where { AT_XDP = 1, AT_INGRESS, AT_EGRESS, AT_CGROUP, AT_CLOCK };

struct seen {
	enum where where;
	__u32 length; /* of the packet, from the network header on */
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

static __always_inline void tell(enum where where, __u32 length)
{
	struct seen *seen = bpf_ringbuf_reserve(&events, sizeof(*seen), 0);

	if (!seen)
		return;
	seen->where = where;
	seen->length = length;
	bpf_ringbuf_submit(seen, 0);
}

SEC("xdp")
int at_xdp(struct xdp_md *ctx)
{
	tell(AT_XDP, ctx->data_end - ctx->data - 14);
	return XDP_PASS;
}

/// @tchook {"ifindex": 1, "attach_point": "BPF_TC_INGRESS"}
SEC("tc")
int at_ingress(struct __sk_buff *skb)
{
	tell(AT_INGRESS, skb->len - 14);
	return 0;
}

SEC("tc/egress")
int at_egress(struct __sk_buff *skb)
{
	tell(AT_EGRESS, skb->len - 14);
	return 0;
}

SEC("cgroup_skb/egress")
int at_cgroup(struct __sk_buff *skb)
{
	tell(AT_CGROUP, skb->len);
	return 1;
}

/// @perf {"freq": 200, "clock": "cpu"}
SEC("perf_event")
int at_clock(void *ctx)
{
	tell(AT_CLOCK, 0);
	return 0;
}

/// @brief Tells that it ran, from everywhere
char LICENSE[] SEC("license") = "Dual BSD/GPL";
