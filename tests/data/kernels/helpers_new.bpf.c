// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Helpers by the release that brought them. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

SEC("raw_tp/sys_enter")
int since_5_5(void *ctx)
{
	char text[16];

	sink = bpf_probe_read_kernel_str(text, sizeof(text), current()->comm);
	return 0;
}

SEC("raw_tp/sys_enter")
int since_5_8(void *ctx)
{
	__u64 *value = bpf_ringbuf_reserve(&ring, 8, 0);

	if (value) {
		*value = bpf_ktime_get_boot_ns();
		bpf_ringbuf_submit(value, 0);
	}
	return 0;
}

SEC("raw_tp/sys_enter")
int since_5_11(void *ctx)
{
	sink = (long)bpf_get_current_task_btf();
	return 0;
}

SEC("raw_tp/sys_enter")
int since_5_11_time(void *ctx)
{
	sink = bpf_ktime_get_coarse_ns();
	return 0;
}

struct bpf_map;

static long each(struct bpf_map *map, __u32 *key, __u64 *value, void *arg)
{
	sink += *value;
	return 0;
}

SEC("raw_tp/sys_enter")
int since_5_13(void *ctx)
{
	bpf_for_each_map_elem(&counts, each, NULL, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int since_5_13_text(void *ctx)
{
	static const char format[] = "%d";
	__u64 args[] = { 1 };
	char text[16] = "";

	sink = bpf_snprintf(text, sizeof(text), format, args, sizeof(args));
	return 0;
}

SEC("kprobe/do_nanosleep")
int since_5_15(void *ctx)
{
	sink = bpf_get_func_ip(ctx) + bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("raw_tp/sys_enter")
int since_5_16(void *ctx)
{
	bpf_printk("%d %d %d %d %d", 1, 2, 3, 4, 5); /* bpf_trace_vprintk */
	return 0;
}

static long step(__u32 i, void *arg)
{
	sink += i;
	return 0;
}

SEC("raw_tp/sys_enter")
int since_5_17(void *ctx)
{
	bpf_loop(10, step, NULL, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int since_5_17_text(void *ctx)
{
	char text[8] = "abc";

	sink = bpf_strncmp(text, sizeof(text), "abd");
	return 0;
}

SEC("raw_tp/sys_enter")
int since_6_1(void *ctx)
{
	sink = bpf_ktime_get_tai_ns();
	return 0;
}
