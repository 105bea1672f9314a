// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Weak, and called without asking. */
#include "common.h"

extern int bpf_no_such_kfunc(int x) __ksym __weak;

SEC("tp_btf/sched_switch")
int calls(void *ctx)
{
	sink = bpf_no_such_kfunc(1);
	return 0;
}
