// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Memory that belongs to a task. */
#include "common.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} memory SEC(".maps");

SEC("tp_btf/sched_process_exec")
int remembers(__u64 *ctx)
{
	__u64 *value = bpf_task_storage_get(&memory, (void *)ctx[0], 0,
					    BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (value)
		*value += 1;
	return 0;
}

SEC("lsm/file_open")
int remembers_in_lsm(__u64 *ctx)
{
	__u64 *value = bpf_task_storage_get(&memory, (void *)bpf_get_current_task_btf(), 0,
					    BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (value)
		*value += 1;
	return 0;
}
