// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Newer helpers where there are any. */
#include "common.h"

enum bpf_func_id___x {
	BPF_FUNC_loop___x = 1,
	BPF_FUNC_ktime_get_tai_ns___x,
	BPF_FUNC_get_attach_cookie___x,
};

extern bool LINUX_HAS_BPF_COOKIE __kconfig;

static long step(__u32 i, void *arg)
{
	sink += i;
	return 0;
}

SEC("raw_tp/sys_enter")
int by_enumerator(void *ctx)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id___x, BPF_FUNC_ktime_get_tai_ns___x))
		sink = bpf_ktime_get_tai_ns();
	else
		sink = bpf_ktime_get_ns();
	return 0;
}

SEC("kprobe/do_nanosleep")
int by_libbpf(void *ctx)
{
	sink = LINUX_HAS_BPF_COOKIE ? bpf_get_attach_cookie(ctx) : 0;
	return 0;
}
