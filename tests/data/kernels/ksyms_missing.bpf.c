// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A symbol that no kernel has. */
#include "common.h"

extern const struct task_struct no_such_variable __ksym;

SEC("raw_tp/sys_enter")
int strong(void *ctx)
{
	sink = (long)&no_such_variable;
	return 0;
}
