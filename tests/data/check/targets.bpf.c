// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

SEC("fentry/do_unlinkat")
int by_function(__u64 *ctx)
{
	last = ctx[0];
	return 0;
}

SEC("tp_btf/sched_waking")
int by_tracepoint(__u64 *ctx)
{
	last = ctx[0];
	return 0;
}

SEC("lsm/file_open")
int by_hook(__u64 *ctx)
{
	return 0;
}

SEC("iter/task")
int by_iterator(void *ctx)
{
	return 0;
}
