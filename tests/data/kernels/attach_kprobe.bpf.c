// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Functions by their symbols. */
#include "common.h"

SEC("kprobe/do_nanosleep")
int there(void *ctx)
{
	return 0;
}

SEC("kretprobe/do_nanosleep")
int result(void *ctx)
{
	return 0;
}

SEC("kprobe/no_such_function")
int never(void *ctx)
{
	return 0;
}

SEC("kprobe/blk_account_io_start")
int accounts(void *ctx)
{
	return 0;
}

SEC("kprobe/__blk_account_io_start")
int accounts_inner(void *ctx)
{
	return 0;
}

SEC("kprobe/cgroup_attach_task")
int cgroups(void *ctx)
{
	return 0;
}

SEC("kprobe/netif_receive_skb_list_internal")
int receives(void *ctx)
{
	return 0;
}

SEC("kprobe/folio_mark_dirty")
int folio(void *ctx)
{
	return 0; /* since 5.16 */
}

SEC("kprobe/account_page_dirtied")
int page(void *ctx)
{
	return 0; /* up to 5.15 */
}

SEC("kretprobe/filemap_get_folio")
int get_folio(void *ctx)
{
	return 0;
}
