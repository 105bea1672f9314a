// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An open coded iterator, 6.4. */
#include "common.h"

struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

SEC("raw_tp/sys_enter")
int counts(void *ctx)
{
	struct bpf_iter_num it;
	int *i;

	bpf_iter_num_new(&it, 0, 10);
	while ((i = bpf_iter_num_next(&it)))
		sink += *i;
	bpf_iter_num_destroy(&it);
	return 0;
}
