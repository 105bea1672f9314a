// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Hooks: open, closed, of newer kernels, with more arguments than there are. */
#include "common.h"

SEC("lsm/file_open")
int opens(__u64 *ctx)
{
	sink = ctx[0];
	return 0;
}

SEC("lsm/bprm_check_security")
int executes(__u64 *ctx)
{
	return 0;
}

SEC("lsm/file_open")
int behind_arguments(__u64 *ctx)
{
	sink = ctx[4];
	return 0;
}

SEC("lsm/no_such_hook")
int never(__u64 *ctx)
{
	return 0;
}

SEC("lsm/uring_cmd")
int uring(__u64 *ctx)
{
	return 0; /* since 6.0 */
}

SEC("lsm/bpf_token_create")
int token(__u64 *ctx)
{
	return 0; /* since 6.9 */
}

SEC("lsm/inode_getsecurity")
int get_security(__u64 *ctx)
{
	return 0;
}

SEC("lsm/getprocattr")
int get_attribute(__u64 *ctx)
{
	return 0;
}

SEC("lsm/vm_enough_memory")
int enough_memory(__u64 *ctx)
{
	return 0;
}

SEC("lsm/inode_listsecurity")
int list_security(__u64 *ctx)
{
	return 0;
}

SEC("lsm.s/file_open")
int sleeps(__u64 *ctx)
{
	return 0;
}
