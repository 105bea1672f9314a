// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One instruction that needs version 4 (r0 = (s8)r0), which clang 16 cannot make; no BTF. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("socket")
int look(void *ctx)
{
	asm volatile(".byte 0xbf, 0, 8, 0, 0, 0, 0, 0");
	return 0;
}
