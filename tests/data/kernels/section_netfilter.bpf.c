// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same. */
#include "common.h"

SEC("netfilter")
int packet(void *ctx)
{
	return 1;
}
