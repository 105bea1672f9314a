// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Types, their sizes and ids. */
#include "common.h"

struct bpf_arena___x {
	int dummy;
};

struct no_such_struct {
	int x;
} CORE;

struct bpf_iter_num { /* since 6.4 */
	__u64 opaque;
} CORE;

struct bpf_dynptr_kern { /* since 5.19 */
	void *data;
} CORE;

SEC("raw_tp/sys_enter")
int asks(void *ctx)
{
	sink = bpf_core_type_exists(struct no_such_struct) +
	       bpf_core_type_exists(struct bpf_iter_num) * 2 +
	       bpf_core_type_exists(struct task_struct) * 4;
	return 0;
}

SEC("raw_tp/sys_enter")
int sizes(void *ctx)
{
	sink = bpf_core_type_size(struct task_struct) + bpf_core_type_size(struct no_such_struct);
	return 0;
}

SEC("raw_tp/sys_enter")
int guarded_by_type(void *ctx)
{
	struct no_such_struct *p = (void *)current();

	if (bpf_core_type_exists(struct no_such_struct))
		sink = BPF_CORE_READ(p, x);
	return 0;
}

SEC("raw_tp/sys_enter")
int field_of_missing(void *ctx)
{
	struct no_such_struct *p = (void *)current();

	sink = BPF_CORE_READ(p, x);
	return 0;
}

SEC("raw_tp/sys_enter")
int field_of_dynptr(void *ctx)
{
	struct bpf_dynptr_kern *p = (void *)current();

	sink = (long)BPF_CORE_READ(p, data);
	return 0;
}

SEC("raw_tp/sys_enter")
int guarded_by_size(void *ctx)
{
	struct bpf_iter_num *p = (void *)current();

	if (bpf_core_type_size(struct bpf_iter_num) > 0)
		sink = BPF_CORE_READ(p, opaque);
	return 0;
}
