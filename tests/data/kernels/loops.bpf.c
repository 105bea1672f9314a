// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Loops that the verifier follows. */
#include "common.h"

SEC("raw_tp/sys_enter")
int bounded(void *ctx)
{
	long sum = 0;

#pragma clang loop unroll(disable)
	for (int i = 0; i < 100; i++)
		sum += bpf_get_smp_processor_id();
	sink = sum;
	return 0;
}
