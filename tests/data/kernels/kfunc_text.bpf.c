// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A kfunc of 6.17 or so. */
#include "common.h"

extern int bpf_strlen(const char *text) __ksym;

SEC("raw_tp/sys_enter")
int measures(void *ctx)
{
	sink = bpf_strlen("abc");
	return 0;
}
