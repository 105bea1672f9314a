// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Arrays and members of members: struct mm_rss_stat became an array of counters in 6.2. */
#include "common.h"

struct mm_rss_stat___old {
	struct {
		long counter;
	} count[4];
} CORE;

struct mm_struct___old {
	struct mm_rss_stat___old rss_stat;
} CORE;

struct percpu_counter___new {
	long long count;
} CORE;

struct mm_struct___new {
	struct percpu_counter___new rss_stat[4];
} CORE;

struct task_struct___mm {
	struct mm_struct___old *mm;
} CORE;

SEC("tp/sched/sched_switch")
int old_counter(void *ctx)
{
	struct task_struct___mm *task = (void *)current();

	sink = BPF_CORE_READ(task, mm, rss_stat.count[1].counter);
	return 0;
}

SEC("tp/sched/sched_switch")
int new_counter(void *ctx)
{
	struct task_struct___mm *task = (void *)current();
	struct mm_struct___new *mm = (void *)BPF_CORE_READ(task, mm);

	sink = BPF_CORE_READ(mm, rss_stat[1].count);
	return 0;
}

struct task_struct___wide {
	char comm[64];
} CORE;

SEC("tp/sched/sched_switch")
int behind_array(void *ctx)
{
	struct task_struct___wide *task = (void *)current();

	sink = BPF_CORE_READ(task, comm[40]);
	return 0;
}

SEC("tp/sched/sched_switch")
int in_array(void *ctx)
{
	struct task_struct___wide *task = (void *)current();

	sink = BPF_CORE_READ(task, comm[10]);
	return 0;
}
