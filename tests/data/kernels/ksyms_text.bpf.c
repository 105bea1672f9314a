// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Addresses by name, of what BTF does not show. */
#include "common.h"

extern const void init_task __ksym;
extern const void no_such_symbol __ksym __weak;

SEC("raw_tp/sys_enter")
int untyped(void *ctx)
{
	sink = (long)&init_task;
	return 0;
}

SEC("raw_tp/sys_enter")
int weak(void *ctx)
{
	if (&no_such_symbol)
		sink = (long)&no_such_symbol;
	return 0;
}
