// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Functions: there, renamed, never there, with more and fewer arguments than are read. */
#include "common.h"

SEC("fentry/do_nanosleep")
int there(__u64 *ctx)
{
	sink = ctx[1];
	return 0;
}

SEC("fexit/do_nanosleep")
int result(__u64 *ctx)
{
	sink = ctx[2];
	return 0;
}

SEC("fentry/do_nanosleep")
int behind_arguments(__u64 *ctx)
{
	sink = ctx[2];
	return 0;
}

SEC("fexit/do_nanosleep")
int behind_result(__u64 *ctx)
{
	sink = ctx[3];
	return 0;
}

SEC("fentry/no_such_function")
int never(__u64 *ctx)
{
	return 0;
}

SEC("fentry/blk_account_io_start")
int accounts(__u64 *ctx)
{
	return 0;
}

SEC("fentry/vfs_create")
int creates(__u64 *ctx)
{
	sink = ctx[0];
	return 0;
}

SEC("fentry/vfs_unlink")
int unlinks(__u64 *ctx)
{
	sink = ctx[3]; /* three arguments up to 5.11, four up to now */
	return 0;
}

SEC("fexit/tcp_v4_connect")
int connects(__u64 *ctx)
{
	sink = ctx[0];
	return 0;
}
