// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Helpers that these kinds of programs may not call, at least in older kernels. */
#include "common.h"

SEC("kprobe/do_nanosleep")
int packet_in_kprobe(void *ctx)
{
	char data[4];

	sink = bpf_skb_load_bytes(ctx, 0, data, sizeof(data));
	return 0;
}

SEC("tp/sched/sched_switch")
int redirect_in_tracepoint(void *ctx)
{
	sink = bpf_redirect(1, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int cgroup_in_raw(void *ctx)
{
	sink = bpf_get_netns_cookie(ctx);
	return 0;
}

SEC("perf_event")
int override_in_perf(void *ctx)
{
	sink = bpf_override_return(ctx, 0);
	return 0;
}

SEC("perf_event")
int value_in_perf(void *ctx)
{
	struct bpf_perf_event_value value;

	sink = bpf_perf_prog_read_value(ctx, &value, sizeof(value));
	return 0;
}

SEC("kprobe/do_nanosleep")
int value_in_kprobe(void *ctx)
{
	struct bpf_perf_event_value value;

	sink = bpf_perf_prog_read_value(ctx, &value, sizeof(value));
	return 0;
}

SEC("tp_btf/sys_enter")
int seq_in_tp_btf(void *ctx)
{
	struct seq_file *seq = ctx;

	sink = bpf_seq_write(seq, "x", 1);
	return 0;
}

SEC("fentry/do_nanosleep")
int user_copy_in_fentry(void *ctx)
{
	char data[4];

	sink = bpf_copy_from_user(data, sizeof(data), ctx);
	return 0;
}
