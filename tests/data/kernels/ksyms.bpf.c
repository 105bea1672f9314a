// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Variables of the kernel. */
#include "common.h"

struct rq {
	unsigned int nr_running;
	int cpu;
} CORE;

extern const struct rq runqueues __ksym;

SEC("raw_tp/sys_enter")
int typed(void *ctx)
{
	struct rq *rq = (void *)bpf_per_cpu_ptr(&runqueues, 0);

	if (rq)
		sink = rq->cpu;
	return 0;
}
