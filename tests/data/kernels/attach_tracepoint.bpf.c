// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Tracepoints by name. */
#include "common.h"

SEC("tp/sched/sched_process_exec")
int there(void *ctx)
{
	return 0;
}

SEC("tp/sched/no_such_event")
int never(void *ctx)
{
	return 0;
}

SEC("tp/sock/inet_sk_error_report")
int error_report(void *ctx)
{
	return 0;
}

SEC("tp/syscalls/sys_enter_openat")
int openat(void *ctx)
{
	return 0;
}

SEC("tp/syscalls/sys_exit_openat2")
int openat2(void *ctx)
{
	return 0;
}

SEC("tp/syscalls/sys_enter_getpid")
int getpid(void *ctx)
{
	return 0; /* has no arguments */
}

SEC("tp/syscalls/sys_enter_open")
int open(void *ctx)
{
	return 0; /* not on arm64 */
}

SEC("tp/syscalls/sys_enter_futex_waitv")
int futex_waitv(void *ctx)
{
	return 0; /* since 5.16 */
}

SEC("tp/syscalls/sys_enter_cachestat")
int cachestat(void *ctx)
{
	return 0; /* since 6.5 */
}

SEC("tp/syscalls/sys_enter_listmount")
int listmount(void *ctx)
{
	return 0; /* since 6.8 */
}

SEC("tp/syscalls/sys_enter_no_such_call")
int no_such_call(void *ctx)
{
	return 0;
}

SEC("tp/maple_tree/ma_op")
int maple(void *ctx)
{
	return 0;
}
