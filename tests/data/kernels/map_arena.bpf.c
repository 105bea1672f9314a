// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* BPF_MAP_TYPE_ARENA, since 6.9. */
#include "common.h"

struct {
	__uint(type, 33);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4);
} map SEC(".maps");

SEC("raw_tp/sys_enter")
int uses(void *ctx)
{
	sink = 1; /* to be used it has to be mapped first */
	return 0;
}
