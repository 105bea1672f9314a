// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* CO-RE relocations of all kinds, BTF programs, externs, maps in maps. */
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct mm_struct {
	struct {
		unsigned long arg_start;
	};
} __attribute__((preserve_access_index));

struct sched_entity {
	unsigned long long exec_start;
} __attribute__((preserve_access_index));

struct task_struct {
	unsigned int in_execve : 1;
	unsigned int in_iowait : 1;
	int pid;
	struct sched_entity se;
	struct mm_struct *mm;
	char comm[16];
} __attribute__((preserve_access_index));

struct task_struct___old {
	long state;
} __attribute__((preserve_access_index));

enum cgroup_id { CPU_ID = 3, MEMORY_ID };

extern int bpf_cpumask_first(const void *mask) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym __weak;
extern const int bpf_prog_active __ksym;

struct inner {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, int);
	__array(values, struct inner);
} outer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("fentry.s/do_unlinkat")
int BPF_PROG(unlink_enter, int dfd, struct task_struct *task)
{
	struct task_struct___old *old = (void *)task;
	long *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (!record)
		return 0;
	*record = task->pid + task->se.exec_start + task->mm->arg_start + task->comm[1];
	*record += BPF_CORE_READ_BITFIELD(task, in_iowait);
	if (bpf_core_field_exists(old->state))
		*record += BPF_CORE_READ(old, state);
	if (bpf_core_type_exists(struct sched_entity))
		*record += bpf_core_enum_value(enum cgroup_id, MEMORY_ID);
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("?tp_btf/sched_switch")
int switched(unsigned long long *ctx)
{
	void *inner = bpf_map_lookup_elem(&outer, &(int){ 0 });

	if (bpf_task_release)
		bpf_task_release((void *)ctx[1]);
	return inner ? bpf_cpumask_first(&bpf_prog_active) : 0;
}

char LICENSE[] SEC("license") = "GPL";
