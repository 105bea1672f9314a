// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Called where the kernel has it. */
#include "common.h"

extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
extern int bpf_no_such_kfunc(int x) __ksym __weak;

SEC("tp_btf/sched_switch")
int locks(void *ctx)
{
	if (bpf_rcu_read_lock && bpf_rcu_read_unlock) {
		bpf_rcu_read_lock();
		bpf_rcu_read_unlock();
	}
	if (bpf_no_such_kfunc)
		sink = bpf_no_such_kfunc(1);
	return 0;
}
