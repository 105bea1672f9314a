// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that are no reaction to anything, and those that may sleep. */
#include "common.h"

SEC("syscall")
int call(void *ctx)
{
	return 0;
}

SEC("perf_event")
int sample(void *ctx)
{
	return 0;
}

SEC("lirc_mode2")
int infrared(unsigned int *sample)
{
	return 0;
}

SEC("uprobe.s")
int sleeping_uprobe(void *ctx)
{
	char data[4];

	sink = bpf_copy_from_user(data, sizeof(data), (void *)0x1000);
	return 0;
}

SEC("raw_tracepoint.w/nbd_send_request")
int writable(void *ctx)
{
	return 0;
}
