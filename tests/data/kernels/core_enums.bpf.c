// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Enumerators, of 32 and 64 bits. */
#include "common.h"

enum bpf_func_id___x {
	BPF_FUNC_loop___x = 1,
	BPF_FUNC_no_such___x = 2,
	BPF_FUNC_map_lookup_elem___x = 3,
};

enum scx_public_consts {
	SCX_OPS_NAME_LEN = 1, /* 6.12 with sched_ext */
};

enum scx_dsq_id_flags {
	SCX_DSQ_LOCAL_ON = 0x4000000000ULL,
};

enum cgroup_subsys_id {
	memory_cgrp_id = 1,
	misc_cgrp_id = 2, /* since 5.13, where configured */
};

SEC("raw_tp/sys_enter")
int present(void *ctx)
{
	sink = bpf_core_enum_value(enum bpf_func_id___x, BPF_FUNC_map_lookup_elem___x);
	return 0;
}

SEC("raw_tp/sys_enter")
int newer(void *ctx)
{
	sink = bpf_core_enum_value(enum bpf_func_id___x, BPF_FUNC_loop___x);
	return 0;
}

SEC("raw_tp/sys_enter")
int guarded(void *ctx)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id___x, BPF_FUNC_no_such___x))
		sink = bpf_core_enum_value(enum bpf_func_id___x, BPF_FUNC_no_such___x);
	return 0;
}

SEC("raw_tp/sys_enter")
int wide(void *ctx)
{
	sink = bpf_core_enum_value(enum scx_dsq_id_flags, SCX_DSQ_LOCAL_ON);
	return 0;
}

SEC("raw_tp/sys_enter")
int wide_guarded(void *ctx)
{
	if (bpf_core_enum_value_exists(enum scx_dsq_id_flags, SCX_DSQ_LOCAL_ON))
		sink = bpf_core_enum_value(enum scx_dsq_id_flags, SCX_DSQ_LOCAL_ON);
	return 0;
}

SEC("raw_tp/sys_enter")
int subsystem(void *ctx)
{
	sink = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	return 0;
}
