// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A variable of another type than the kernel's. */
#include "common.h"

extern const int runqueues __ksym;

SEC("raw_tp/sys_enter")
int number(void *ctx)
{
	sink = (long)bpf_per_cpu_ptr(&runqueues, 0);
	return 0;
}
