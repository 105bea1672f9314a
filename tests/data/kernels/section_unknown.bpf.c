// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A name that means nothing. */
#include "common.h"

SEC("no_such_kind/x")
int program(void *ctx)
{
	return 0;
}
