// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Functions whose result may be changed. */
#include "common.h"

SEC("fmod_ret/security_file_open")
int allowed(__u64 *ctx)
{
	return 0;
}

SEC("fmod_ret/security_no_such_hook")
int missing(__u64 *ctx)
{
	return 0;
}
