// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Of 6.4, and not for programs of this kind. */
#include "common.h"

struct bpf_dynptr;
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;

SEC("kprobe/do_nanosleep")
int packet_in_kprobe(void *ctx)
{
	struct bpf_dynptr ptr;

	sink = bpf_dynptr_from_skb(ctx, 0, &ptr);
	return 0;
}
