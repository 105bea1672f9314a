// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* LSM programs of one cgroup, 6.0. */
#include "common.h"

SEC("lsm_cgroup/socket_bind")
int binds(__u64 *ctx)
{
	return 1;
}
