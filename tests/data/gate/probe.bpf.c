// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Nothing but a kprobe. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/do_nanosleep")
int slept(void *ctx)
{
	return 0;
}
