// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that may sleep where they attach, and where they may not. */
#include "common.h"

SEC("lsm.s/bprm_committed_creds")
int committed(__u64 *ctx)
{
	return 0;
}

SEC("lsm.s/task_free")
int atomic_hook(__u64 *ctx)
{
	return 0; /* not among those that may sleep */
}

#if defined(__TARGET_ARCH_x86)
SEC("fentry.s/__x64_sys_getpid")
#else
SEC("fentry.s/__arm64_sys_getpid")
#endif
int system_call(__u64 *ctx)
{
	return 0; /* since 7.1 */
}

SEC("fmod_ret/do_nanosleep")
int not_changeable(__u64 *ctx)
{
	return 0;
}

SEC("fentry.s/do_nanosleep")
int not_injectable(__u64 *ctx)
{
	return 0;
}
