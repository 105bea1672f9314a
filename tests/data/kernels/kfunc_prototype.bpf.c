// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* With other arguments than the kernel's. */
#include "common.h"

extern void bpf_rcu_read_lock(int flags) __ksym;

SEC("tp_btf/sched_switch")
int locks(void *ctx)
{
	bpf_rcu_read_lock(1);
	return 0;
}
