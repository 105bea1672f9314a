// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An option that the object insists on, and no kernel has. */
#include "common.h"

extern int CONFIG_NO_SUCH_OPTION __kconfig;

SEC("raw_tp/sys_enter")
int strong(void *ctx)
{
	sink = CONFIG_NO_SUCH_OPTION;
	return 0;
}
