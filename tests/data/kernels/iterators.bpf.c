// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What can be walked over. */
#include "common.h"

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} CORE;

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} CORE;

SEC("iter/task")
int tasks(struct bpf_iter__task *ctx)
{
	bpf_seq_write(ctx->meta->seq, "x", 1);
	return 0;
}

SEC("iter/tcp")
int connections(void *ctx)
{
	return 0;
}

SEC("iter/bpf_prog")
int programs(void *ctx)
{
	return 0;
}

SEC("iter/bpf_link")
int links(void *ctx)
{
	return 0; /* since 5.19 */
}

SEC("iter/ksym")
int symbols(void *ctx)
{
	return 0; /* since 6.0 */
}

SEC("iter/kmem_cache")
int caches(void *ctx)
{
	return 0; /* since 6.13 */
}

SEC("iter/no_such_thing")
int never(void *ctx)
{
	return 0;
}

SEC("iter.s/task")
int sleeps(struct bpf_iter__task *ctx)
{
	return 0; /* since 5.18 */
}
