// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

SEC("kprobe/do_unlinkat")
int by_kprobe(void *ctx)
{
	last++;
	return 0;
}

SEC("fentry/do_unlinkat")
int by_fentry(void *ctx)
{
	last++;
	return 0;
}

SEC("raw_tp/sched_switch")
int by_raw(void *ctx)
{
	last++;
	return 0;
}

SEC("tp_btf/sched_switch")
int by_btf(void *ctx)
{
	last++;
	return 0;
}
