// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

SEC("fentry/only_new")
int first(void *ctx)
{
	last = 1;
	return 0;
}

SEC("fentry/do_unlinkat")
int second(void *ctx)
{
	last = 2;
	return 0;
}
