// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <linux/version.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/tables.h"
#include "kernel/tables_priv.h"

/* "5.10" and what LINUX_VERSION_CODE makes of it */
#define RELEASE(major, minor) #major "." #minor, KERNEL_VERSION(major, minor, 0)

/*
 * The highest helper of each release: bcc's docs/kernel-versions.md, held against the BTF of 5.10,
 * 6.1 and 6.12 and against the UAPI headers of libbpf's dated tags (the document is one release
 * early for 116 to 135). There are no new ones since 6.2: new functions are kfuncs.
 */
static const struct {
	const char *release;
	uint8_t most;
} helper_releases[] = {
	{ "3.19", 3 },	 { "4.1", 11 },	  { "4.2", 16 },   { "4.3", 22 },   { "4.4", 25 },
	{ "4.5", 26 },	 { "4.6", 30 },	  { "4.8", 36 },   { "4.9", 41 },   { "4.10", 44 },
	{ "4.11", 45 },	 { "4.12", 47 },  { "4.13", 50 },  { "4.14", 53 },  { "4.15", 57 },
	{ "4.16", 59 },	 { "4.17", 64 },  { "4.18", 80 },  { "4.19", 83 },  { "4.20", 90 },
	{ "5.0", 92 },	 { "5.1", 98 },	  { "5.2", 108 },  { "5.3", 110 },  { "5.5", 115 },
	{ "5.6", 118 },	 { "5.7", 124 },  { "5.8", 135 },  { "5.9", 141 },  { "5.10", 155 },
	{ "5.11", 162 }, { "5.12", 163 }, { "5.13", 165 }, { "5.14", 168 }, { "5.15", 175 },
	{ "5.16", 179 }, { "5.17", 185 }, { "5.18", 193 }, { "5.19", 203 }, { "6.0", 207 },
	{ "6.1", 209 },	 { "6.2", 211 },
};

/* By enum bpf_prog_type: kernelnewbies' and bcc's lists */
static const char *const program_releases[] = {
	NULL,	"3.19", "4.1",	"4.1",	"4.1",	"4.7",	"4.8",	"4.9",	"4.10", "4.10", "4.10",
	"4.10", "4.10", "4.13", "4.14", "4.15", "4.17", "4.17", "4.17", "4.18", "4.18", "4.19",
	"4.20", "5.2",	"5.2",	"5.3",	"5.5",	"5.6",	"5.6",	"5.7",	"5.9",	"5.14", "6.4",
};

/* By enum bpf_map_type */
static const char *const map_releases[] = {
	NULL,	"3.19", "3.19", "4.2",	"4.3",	"4.6",	"4.6",	"4.6",	"4.8",
	"4.10", "4.10", "4.11", "4.12", "4.12", "4.14", "4.14", "4.15", "4.18",
	"4.18", "4.19", "4.19", "4.20", "4.20", "4.20", "5.2",	"5.4",	"5.6",
	"5.8",	"5.10", "5.11", "5.16", "6.1",	"6.2",	"6.9",	"6.19",
};

struct feature {
	const char *word;
	const char *since;
	uint32_t version;
	/* An enumerator that came with it and is to be seen in the BTF; later: some releases after. */
	const char *enumeration;
	const char *enumerator;
	bool is_later;
};

#define FUNC(name) "bpf_func_id", "BPF_FUNC_" #name, false
#define ATTACH(name) "bpf_attach_type", "BPF_" #name, false
#define ARENA "bpf_map_type", "BPF_MAP_TYPE_ARENA", false

static const struct feature features[] = {
	[FEATURE_JMP32] = { "32-bit jumps", RELEASE(5, 1), FUNC(spin_lock) },
	[FEATURE_GLOBAL_DATA] = { "global variables", RELEASE(5, 2), FUNC(sk_storage_get) },
	[FEATURE_BOUNDED_LOOPS] = { "loops", RELEASE(5, 3), FUNC(send_signal) },
	[FEATURE_GLOBAL_FUNCTIONS] = { "global functions", RELEASE(5, 6), FUNC(jiffies64) },
	[FEATURE_SLEEPABLE] = { "sleepable programs", RELEASE(5, 10), FUNC(copy_from_user) },
	[FEATURE_GLOBAL_POINTERS] = { "pointers as arguments of global functions", RELEASE(5, 12),
				      FUNC(check_mtu) },
	[FEATURE_ATOMICS] = { "atomic instructions that fetch, exchange or do more than add",
			      RELEASE(5, 12), FUNC(check_mtu) },
	[FEATURE_KFUNCS] = { "calls of kernel functions", RELEASE(5, 13), FUNC(for_each_map_elem) },
	[FEATURE_CALLBACKS] = { "functions handed to helpers", RELEASE(5, 13),
				FUNC(for_each_map_elem) },
	[FEATURE_COOKIES] = { "BPF cookies", RELEASE(5, 15), FUNC(get_attach_cookie) },
	[FEATURE_XDP_FRAGS] = { "XDP with fragments", RELEASE(5, 18), FUNC(xdp_get_buff_len) },
	[FEATURE_INFRARED] = { "infrared receivers", RELEASE(4, 18), FUNC(rc_keydown) },
	[FEATURE_KPROBE_MULTI] = { "kprobe.multi", RELEASE(5, 18), ATTACH(TRACE_KPROBE_MULTI) },
	[FEATURE_UPROBE_MULTI] = { "uprobe.multi", RELEASE(6, 6), ATTACH(TRACE_UPROBE_MULTI) },
	[FEATURE_TCX] = { "tcx", RELEASE(6, 6), ATTACH(TCX_INGRESS) },
	[FEATURE_ISA_V4] = { "instructions of -mcpu=v4", RELEASE(6, 6), ATTACH(TCX_INGRESS) },
	[FEATURE_MAY_GOTO] = { "may_goto", RELEASE(6, 9), ARENA },
	[FEATURE_ADDRESS_SPACES] = { "address spaces", RELEASE(6, 9), ARENA },
	[FEATURE_LOAD_ACQUIRE] = { "load-acquire and store-release", RELEASE(6, 15), "bpf_cmd",
				   "BPF_PROG_STREAM_READ_BY_FD", true },
	[FEATURE_TRAMPOLINE] = { "fentry, fexit, fmod_ret and lsm", RELEASE(5, 5),
				 ATTACH(TRACE_FENTRY) },
	[FEATURE_STRUCT_ARGUMENTS] = { "structs as arguments", RELEASE(6, 0),
				       FUNC(tcp_raw_gen_syncookie_ipv4) },
	[FEATURE_STACK_ARGUMENTS] = { "more than six arguments", RELEASE(6, 6),
				      ATTACH(TCX_INGRESS) },
	[FEATURE_STACK_ARGUMENTS_ARM64] = { "more than eight arguments", RELEASE(6, 16), "bpf_cmd",
					    "BPF_PROG_STREAM_READ_BY_FD", true },
	[FEATURE_SLEEPING_CALLS] = { "sleepable programs at system calls", RELEASE(7, 1),
				     "bpf_map_type", "BPF_MAP_TYPE_RHASH", true },
	/* 5.19; refused by 5.10, which is as much as was tried */
	[FEATURE_NUMBER_POINTERS] = { "pointers to numbers", RELEASE(5, 11),
				      FUNC(task_storage_get) },
	[FEATURE_TIMERS] = { "timers", RELEASE(5, 15), FUNC(timer_init) },
	[FEATURE_TRACING_TIMERS] = { "timers in tracing programs", RELEASE(7, 0), "bpf_cmd",
				     "BPF_PROG_ASSOC_STRUCT_OPS", false },
	[FEATURE_GROWING_MAPS] = { "maps that allocate as they fill", RELEASE(6, 1),
				   FUNC(ktime_get_tai_ns) },
	[FEATURE_ANY_POINTERS] = { "pointers to pointers", RELEASE(7, 1), "bpf_map_type",
				   "BPF_MAP_TYPE_RHASH", true },
	[FEATURE_ERROR_INJECTION] = { "error injection", RELEASE(4, 16), FUNC(override_return) },
};

static bool has_function(const struct kernel *kernel, const char *name)
{
	const struct kernel_part *main = &kernel->main;

	return name_index_find(&main->names, &main->btf, name, BTF_KIND_FUNC) != 0;
}

/*
 * What an option brings with it, shown by a function that is not static. Where the BTF lacks one of
 * those, but has another of tracing, the option is off (5.10's BTF lacks many functions).
 */
static enum table_answer ask_option(struct kernel *kernel, const char *function, const char *option)
{
	const char *value = kernel_option(kernel, option);

	if (has_function(kernel, function) || (value && *value != 'n'))
		return TABLE_YES;
	if (value)
		return TABLE_NO;
	return has_function(kernel, "register_kprobe") && has_function(kernel, "perf_uprobe_init")
		       ? TABLE_NO
		       : TABLE_UNKNOWN;
}

/*
 * Programs around kernel functions need direct calls of ftrace: x86 as long as there are such
 * programs, arm64 since 6.4, others not known here.
 */
static enum table_answer ask_trampoline(const struct kernel *kernel)
{
	if (has_function(kernel, "register_ftrace_direct"))
		return TABLE_YES;
	if (kernel->arch && !strcmp(kernel->arch, "aarch64") && kernel->version &&
	    kernel->version < KERNEL_VERSION(6, 4, 0))
		return TABLE_NO;
	return TABLE_UNKNOWN;
}

static enum table_answer ask_known(struct kernel *kernel, enum table_feature feature)
{
	switch (feature) {
	case FEATURE_TRAMPOLINE:
		return ask_trampoline(kernel);
	case FEATURE_INFRARED:
		return ask_option(kernel, "lirc_prog_attach", "CONFIG_BPF_LIRC_MODE2");
	case FEATURE_KPROBE_MULTI:
		return ask_option(kernel, "register_fprobe", "CONFIG_FPROBE");
	case FEATURE_ERROR_INJECTION:
		return ask_option(kernel, "within_error_injection_list",
				  "CONFIG_FUNCTION_ERROR_INJECTION");
	default:
		return TABLE_YES;
	}
}

enum table_answer kernel_table_feature(struct kernel *kernel, enum table_feature feature)
{
	const struct feature *row = &features[feature];

	if (tables_has_enumerator(kernel, row->enumeration, row->enumerator))
		return ask_known(kernel, feature);
	if (!kernel->version)
		return row->is_later ? TABLE_UNKNOWN : TABLE_NO;
	return kernel->version >= row->version ? TABLE_YES : TABLE_NO;
}

const char *kernel_table_feature_word(enum table_feature feature)
{
	return features[feature].word;
}

const char *kernel_table_feature_since(enum table_feature feature)
{
	return features[feature].since;
}

const char *kernel_table_helper_since(uint32_t helper)
{
	for (size_t i = 0; helper && i < ARRAY_SIZE(helper_releases); i++)
		if (helper <= helper_releases[i].most)
			return helper_releases[i].release;
	return NULL;
}

const char *kernel_table_program_since(uint32_t type)
{
	return type < ARRAY_SIZE(program_releases) ? program_releases[type] : NULL;
}

const char *kernel_table_map_since(uint32_t type)
{
	return type < ARRAY_SIZE(map_releases) ? map_releases[type] : NULL;
}
