// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/kernel_word.h"

#include <linux/bpf.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

#define HELPER_WORD(name) "bpf_" #name

static const char *const helpers[] = { __BPF_FUNC_MAPPER(HELPER_WORD) };

const char *kernel_helper_word(uint32_t id)
{
	return id > 0 && id < ARRAY_SIZE(helpers) ? helpers[id] : NULL;
}

/* .gpl_only in struct bpf_func_proto of kernel 6.18; none was ever added to a helper later. */
static const uint8_t gpl_helpers[] = {
	BPF_FUNC_probe_read,
	BPF_FUNC_trace_printk,
	BPF_FUNC_perf_event_read,
	BPF_FUNC_perf_event_output,
	BPF_FUNC_get_stackid,
	BPF_FUNC_get_current_task,
	BPF_FUNC_probe_write_user,
	BPF_FUNC_probe_read_str,
	BPF_FUNC_perf_event_read_value,
	BPF_FUNC_perf_prog_read_value,
	BPF_FUNC_override_return,
	BPF_FUNC_get_stack,
	BPF_FUNC_skb_output,
	BPF_FUNC_probe_read_user,
	BPF_FUNC_probe_read_kernel,
	BPF_FUNC_probe_read_user_str,
	BPF_FUNC_probe_read_kernel_str,
	BPF_FUNC_tcp_send_ack,
	BPF_FUNC_read_branch_records,
	BPF_FUNC_xdp_output,
	BPF_FUNC_seq_printf,
	BPF_FUNC_seq_write,
	BPF_FUNC_seq_printf_btf,
	BPF_FUNC_get_current_task_btf,
	BPF_FUNC_snprintf,
	BPF_FUNC_get_func_ip,
	BPF_FUNC_task_pt_regs,
	BPF_FUNC_get_branch_snapshot,
	BPF_FUNC_timer_init,
	BPF_FUNC_timer_set_callback,
	BPF_FUNC_timer_start,
	BPF_FUNC_timer_cancel,
	BPF_FUNC_trace_vprintk,
	BPF_FUNC_copy_from_user_task,
};

bool kernel_helper_is_gpl(uint32_t id)
{
	for (size_t i = 0; i < ARRAY_SIZE(gpl_helpers); i++)
		if (gpl_helpers[i] == id)
			return true;
	return false;
}

/* enum bpf_map_type; the last ones are newer than Debian 12's header */
static const char *const maps[] = {
	"unspec",
	"hash",
	"array",
	"prog_array",
	"perf_event_array",
	"percpu_hash",
	"percpu_array",
	"stack_trace",
	"cgroup_array",
	"lru_hash",
	"lru_percpu_hash",
	"lpm_trie",
	"array_of_maps",
	"hash_of_maps",
	"devmap",
	"sockmap",
	"cpumap",
	"xskmap",
	"sockhash",
	"cgroup_storage",
	"reuseport_sockarray",
	"percpu_cgroup_storage",
	"queue",
	"stack",
	"sk_storage",
	"devmap_hash",
	"struct_ops",
	"ringbuf",
	"inode_storage",
	"task_storage",
	"bloom_filter",
	"user_ringbuf",
	"cgrp_storage",
	"arena",
	"insn_array",
};

const char *kernel_map_word(uint32_t type)
{
	return type > 0 && type < ARRAY_SIZE(maps) ? maps[type] : NULL;
}

uint32_t kernel_map_number(const char *word)
{
	struct err ignored;
	uint64_t number;

	for (uint32_t i = 1; i < ARRAY_SIZE(maps); i++)
		if (!strcmp(maps[i], word))
			return i;
	if (text_starts(word, "map#") &&
	    text_number(span_of(word + 4), UINT32_MAX, "map", &number, &ignored) == 0)
		return number;
	return 0;
}

bool kernel_word_is_sensitive(const char *word)
{
	static const char *const words[] = {
		/* helpers and kfuncs */
		"bpf_probe_write_user",
		"bpf_override_return",
		"bpf_send_signal",
		"bpf_send_signal_thread",
		"bpf_send_signal_task",
		"bpf_sys_bpf",
		"crash_kexec",
		/* program types and kinds of sections */
		"xdp",
		"lsm",
		"struct_ops",
		"ext",
		"syscall",
		"netfilter",
		"fmod_ret",
		"sched_cls",
		"sched_act",
		"raw_tracepoint_writable",
		"flow_dissector",
		"sock_ops",
		"sk_skb",
		"sk_msg",
		"sk_lookup",
		"sk_reuseport",
		"cgroup_skb",
		"cgroup_sock",
		"cgroup_sock_addr",
		"cgroup_sockopt",
		"cgroup_sysctl",
		"cgroup_device",
		"lwt_in",
		"lwt_out",
		"lwt_xmit",
		"lwt_seg6local",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}
