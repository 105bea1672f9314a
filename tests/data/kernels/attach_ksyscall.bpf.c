// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* System calls, whatever the kernel calls their functions. */
#include "common.h"

SEC("ksyscall/openat")
int openat(void *ctx)
{
	return 0;
}

SEC("kretsyscall/close")
int close(void *ctx)
{
	return 0;
}

SEC("ksyscall/cachestat")
int cachestat(void *ctx)
{
	return 0;
}

SEC("ksyscall/no_such_call")
int never(void *ctx)
{
	return 0;
}
