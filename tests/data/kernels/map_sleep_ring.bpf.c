// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In a program that sleeps. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} map SEC(".maps");

SEC("iter.s/task")
int sleeps(void *ctx)
{
	sink = bpf_ringbuf_output(&map, "x", 1, 0);
	return 0;
}
