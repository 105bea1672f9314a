// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Without a licence that the kernel wants for this. */
#define LICENSE "Proprietary"
#include "common.h"

SEC("lsm/file_open")
int hook(__u64 *ctx)
{
	return 0;
}

SEC("raw_tp/sys_enter")
int prints(void *ctx)
{
	bpf_printk("x");
	return 0;
}

SEC("raw_tp/sys_enter")
int free_helper(void *ctx)
{
	sink = bpf_ktime_get_ns();
	return 0;
}
