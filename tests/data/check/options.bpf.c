// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "types.h"

extern bool CONFIG_BPF_EVENTS __kconfig;
extern bool CONFIG_NOWHERE __kconfig __weak;

SEC("tracepoint/syscalls/sys_enter_read")
int reads(void *ctx)
{
	last = CONFIG_BPF_EVENTS + CONFIG_NOWHERE;
	return 0;
}
