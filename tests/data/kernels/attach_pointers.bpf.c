// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Arguments of functions that are pointers, to what. */
#include "common.h"

SEC("fentry/kern_path")
int to_text(__u64 *ctx)
{
	sink = ctx[0]; /* const char * */
	return 0;
}

SEC("fentry/sock_create_kern")
int to_pointer(__u64 *ctx)
{
	sink = ctx[4]; /* struct socket ** */
	return 0;
}

SEC("fentry/vfs_unlink")
int to_struct(__u64 *ctx)
{
	sink = ctx[1] != 0;
	return 0;
}

SEC("fentry/kthread_create_on_node")
int to_function(__u64 *ctx)
{
	sink = ctx[0]; /* int (*)(void *) */
	return 0;
}

SEC("fentry/dynamic_dname")
int to_anything(__u64 *ctx)
{
	sink = ctx[1];
	return 0;
}

SEC("fentry/kernel_read")
int to_number(__u64 *ctx)
{
	sink = ctx[3]; /* loff_t * */
	return 0;
}

SEC("fentry/vfs_getattr")
int by_value(__u64 *ctx)
{
	sink = ctx[2];
	return 0;
}
