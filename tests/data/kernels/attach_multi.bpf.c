// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Many functions at once, 5.18. */
#include "common.h"

SEC("kprobe.multi/do_nanosle*")
int pattern(void *ctx)
{
	return 0;
}

SEC("kretprobe.multi/vfs_read")
int result(void *ctx)
{
	return 0;
}
