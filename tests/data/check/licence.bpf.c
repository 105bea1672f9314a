// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#define LICENSE "Proprietary"
#include "types.h"

SEC("kprobe/do_unlinkat")
int reads(void *ctx)
{
	bpf_probe_read_kernel(&last, sizeof(last), ctx);
	return 0;
}
