// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Records of a length that is known at run time, 5.19. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

SEC("raw_tp/sys_enter")
int reserves(void *ctx)
{
	struct bpf_dynptr ptr;
	__u64 value = 1;

	if (bpf_ringbuf_reserve_dynptr(&ring, 8 + bpf_get_smp_processor_id(), 0, &ptr) == 0)
		bpf_dynptr_write(&ptr, 0, &value, sizeof(value), 0);
	bpf_ringbuf_submit_dynptr(&ptr, 0);
	return 0;
}
