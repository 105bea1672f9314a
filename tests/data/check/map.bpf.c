// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("kprobe/do_unlinkat")
int nothing(void *ctx)
{
	return 0;
}
