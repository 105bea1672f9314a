// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same, of programs of another kind. */
#include "common.h"

SEC("uprobe.multi")
int functions(void *ctx)
{
	return 0;
}

SEC("raw_tp/sys_enter")
int beside(void *ctx)
{
	return 0;
}
