// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* What is expected was asked of the kernels by hand, or stands in their release notes. */
#include "kernel/tables.h"

#include <linux/bpf.h>
#include <linux/version.h>

#include "support/kernel_btf.h"

struct age { /* the highest enumerators */
	int func, prog, map, attach, link, cmd;
};

static const struct age age_5_4 = { 110, 26, 25, 27, 0, 25 };
static const struct age age_5_10 = { 155, 30, 28, 37, 6, 35 };
static const struct age age_5_15 = { 175, 31, 29, 41, 7, 35 };
static const struct age age_6_1 = { 209, 31, 31, 43, 9, 35 };
static const struct age age_6_6 = { 211, 32, 32, 48, 12, 35 };
static const struct age age_6_12 = { 211, 32, 33, 56, 14, 36 };
static const struct age age_7_3 = { 211, 32, 35, 61, 15, 38 };
static const struct age age_future = { 211, 33, 36, 64, 16, 40 };

static void add_enum(struct btf *btf, const char *name, const char *enumerator, int value)
{
	assert_true(btf__add_enum(btf, name, 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "BPF_TRACE_FENTRY", 0), 0);
	assert_int_equal(btf__add_enum_value(btf, enumerator, value), 0);
	/* none of these counts */
	assert_int_equal(btf__add_enum_value(btf, "__MAX_BPF", value + 1), 0);
	assert_int_equal(btf__add_enum_value(btf, "MAX_BPF", value + 1), 0);
	assert_int_equal(btf__add_enum_value(btf, "BPF_COMMON_ATTRS", 65536), 0);
}

/* With one more function where it is named. */
static void make(uint32_t version, const struct age *age, const char *function, struct kernel *out)
{
	struct btf *btf = kernel_btf_new();
	struct str bytes;
	struct err err;

	add_enum(btf, "bpf_func_id", age->func > 155 ? "BPF_FUNC_check_mtu" : "LAST", age->func);
	add_enum(btf, "bpf_prog_type", "LAST", age->prog);
	add_enum(btf, "bpf_map_type", age->map > 32 ? "BPF_MAP_TYPE_ARENA" : "LAST", age->map);
	add_enum(btf, "bpf_attach_type", age->attach > 41 ? "BPF_TRACE_KPROBE_MULTI" : "LAST",
		 age->attach);
	add_enum(btf, "bpf_link_type", "LAST", age->link);
	add_enum(btf, "bpf_cmd", "LAST", age->cmd);
	if (function)
		kernel_btf_function(btf, function);
	bytes = kernel_btf_bytes(btf);
	assert_int_equal(kernel_from_bytes(&bytes, "made", out, &err), 0);
	out->version = version;
}

enum what { HELPER, PROGRAM, HOOK, SLEEPS, KFUNC };

static const struct {
	enum what what;
	uint32_t version;
	const struct age *age;
	const char *program; /* or hook */
	uint32_t helper;
	const char *kfunc;
	enum table_answer answer;
} cases[] = {
	/* in all, in none, since some release */
	{ HELPER, KERNEL_VERSION(5, 10, 0), &age_5_10, "kprobe/x", 14, NULL, TABLE_YES },
	{ HELPER, KERNEL_VERSION(5, 10, 200), &age_5_10, "kprobe/x", 14, NULL, TABLE_YES },
	{ HELPER, KERNEL_VERSION(6, 12, 0), &age_6_12, "kprobe/x", 26, NULL, TABLE_NO },
	{ HELPER, KERNEL_VERSION(6, 1, 0), &age_6_1, "socket", 14, NULL, TABLE_NO },
	{ HELPER, KERNEL_VERSION(6, 12, 0), &age_6_12, "socket", 14, NULL, TABLE_YES },
	{ HELPER, KERNEL_VERSION(6, 12, 0), &age_6_12, "socket_filter", 14, NULL, TABLE_YES },
	{ HELPER, KERNEL_VERSION(6, 12, 0), &age_6_12, "xdp", 16, NULL, TABLE_NO },
	{ HELPER, KERNEL_VERSION(7, 3, 0), &age_7_3, "xdp.frags", 16, NULL, TABLE_YES },
	/* between two that were tried */
	{ HELPER, KERNEL_VERSION(6, 6, 0), &age_6_6, "socket", 14, NULL, TABLE_UNKNOWN },
	{ HELPER, KERNEL_VERSION(6, 6, 0), &age_6_6, "xdp", 16, NULL, TABLE_NO },
	{ HELPER, KERNEL_VERSION(6, 6, 0), &age_6_6, "xdp", 1, NULL, TABLE_YES },
	{ HELPER, KERNEL_VERSION(5, 4, 0), &age_5_4, "socket", 14, NULL, TABLE_NO },
	{ HELPER, KERNEL_VERSION(5, 4, 0), &age_5_4, "socket", 1, NULL, TABLE_UNKNOWN },
	/* an old release with a newer BPF: what newer ones take may be in it */
	{ HELPER, KERNEL_VERSION(5, 14, 0), &age_6_12, "xdp", 16, NULL, TABLE_UNKNOWN },
	{ HELPER, KERNEL_VERSION(5, 14, 0), &age_6_12, "kprobe/x", 26, NULL, TABLE_NO },
	{ HELPER, 0, &age_6_12, "xdp", 16, NULL, TABLE_UNKNOWN },
	{ HELPER, 0, &age_6_1, "kprobe/x", 26, NULL, TABLE_NO },
	/* newer than all of them */
	{ HELPER, KERNEL_VERSION(8, 0, 0), &age_future, "kprobe/x", 26, NULL, TABLE_UNKNOWN },
	/* not in the BTF */
	{ HELPER, KERNEL_VERSION(5, 10, 0), &age_5_10, "kprobe/x", 181, NULL, TABLE_NO },
	{ HELPER, 0, &age_5_10, "no such section", 181, NULL, TABLE_NO },
	/* taken away again */
	{ HELPER, KERNEL_VERSION(6, 12, 0), &age_6_12, "lwt_seg6local", 39, NULL, TABLE_YES },
	{ HELPER, KERNEL_VERSION(7, 3, 0), &age_7_3, "lwt_seg6local", 39, NULL, TABLE_NO },
	/* a matter of configuration, of the function that is traced */
	{ HELPER, KERNEL_VERSION(6, 1, 0), &age_6_1, "kprobe/x", 58, NULL, TABLE_UNKNOWN },
	{ HELPER, KERNEL_VERSION(6, 1, 0), &age_6_1, "perf_event", 58, NULL, TABLE_NO },
	{ HELPER, KERNEL_VERSION(7, 3, 0), &age_7_3, "fentry.s/x", 147, NULL, TABLE_UNKNOWN },
	{ HELPER, KERNEL_VERSION(7, 3, 0), &age_7_3, "lirc_mode2", 1, NULL, TABLE_UNKNOWN },
	/* by the section, not the type */
	{ HELPER, KERNEL_VERSION(6, 1, 0), &age_6_1, "fentry/x", 148, NULL, TABLE_NO },
	{ HELPER, KERNEL_VERSION(6, 12, 0), &age_6_12, "?fentry.s/x", 148, NULL, TABLE_YES },
	{ HELPER, KERNEL_VERSION(6, 1, 0), &age_6_1, "cgroup/connect4", 64, NULL, TABLE_YES },
	{ HELPER, KERNEL_VERSION(6, 1, 0), &age_6_1, "cgroup/sendmsg4", 64, NULL, TABLE_NO },
	{ HELPER, KERNEL_VERSION(6, 1, 0), &age_6_1, "usdt.s/x", 1, NULL, TABLE_UNKNOWN },
	{ HELPER, KERNEL_VERSION(6, 1, 0), &age_6_1, "no such", 1, NULL, TABLE_UNKNOWN },

	{ PROGRAM, KERNEL_VERSION(5, 10, 0), &age_5_10, "kprobe/x", 0, NULL, TABLE_YES },
	{ PROGRAM, KERNEL_VERSION(5, 10, 0), &age_5_10, "uprobe.s", 0, NULL, TABLE_NO },
	{ PROGRAM, KERNEL_VERSION(6, 1, 0), &age_6_1, "uprobe.s", 0, NULL, TABLE_YES },
	{ PROGRAM, KERNEL_VERSION(5, 10, 0), &age_5_10, "syscall", 0, NULL, TABLE_NO },
	{ PROGRAM, KERNEL_VERSION(5, 15, 0), &age_5_15, "syscall", 0, NULL, TABLE_UNKNOWN },
	{ PROGRAM, KERNEL_VERSION(6, 1, 0), &age_6_1, "netfilter", 0, NULL, TABLE_NO },
	{ PROGRAM, KERNEL_VERSION(5, 10, 0), &age_5_10, "sk_reuseport", 0, NULL, TABLE_YES },
	{ PROGRAM, KERNEL_VERSION(5, 10, 0), &age_5_10, "xdp.frags", 0, NULL, TABLE_NO },

	{ HOOK, KERNEL_VERSION(5, 10, 0), &age_5_10, "inode_getsecurity", 0, NULL, TABLE_YES },
	{ HOOK, KERNEL_VERSION(6, 1, 0), &age_6_1, "inode_getsecurity", 0, NULL, TABLE_YES },
	{ HOOK, KERNEL_VERSION(6, 6, 0), &age_6_6, "inode_getsecurity", 0, NULL, TABLE_UNKNOWN },
	{ HOOK, KERNEL_VERSION(6, 12, 0), &age_6_12, "inode_getsecurity", 0, NULL, TABLE_NO },
	{ HOOK, KERNEL_VERSION(6, 12, 0), &age_6_12, "file_open", 0, NULL, TABLE_YES },
	{ SLEEPS, KERNEL_VERSION(5, 10, 0), &age_5_10, "file_open", 0, NULL, TABLE_NO },
	{ SLEEPS, KERNEL_VERSION(6, 1, 0), &age_6_1, "file_open", 0, NULL, TABLE_YES },
	{ SLEEPS, KERNEL_VERSION(7, 3, 0), &age_7_3, "task_free", 0, NULL, TABLE_NO },

	{ KFUNC, KERNEL_VERSION(6, 12, 0), &age_6_12, "kprobe/x", 0, "bpf_task_from_pid",
	  TABLE_NO },
	{ KFUNC, KERNEL_VERSION(6, 12, 0), &age_6_12, "tp_btf/x", 0, "bpf_task_from_pid",
	  TABLE_YES },
	{ KFUNC, KERNEL_VERSION(6, 12, 0), &age_6_12, "tc", 0, "bpf_dynptr_from_skb", TABLE_YES },
	{ KFUNC, KERNEL_VERSION(6, 12, 0), &age_6_12, "xdp", 0, "bpf_dynptr_from_skb", TABLE_NO },
	{ KFUNC, KERNEL_VERSION(6, 12, 0), &age_6_12, "xdp", 0, "no_such", TABLE_UNKNOWN },
	{ KFUNC, KERNEL_VERSION(5, 10, 0), &age_5_10, "xdp", 0, "bpf_dynptr_from_skb",
	  TABLE_UNKNOWN },
};

static enum table_answer ask(size_t i, struct kernel *kernel)
{
	switch (cases[i].what) {
	case HELPER:
		return kernel_table_helper(kernel, cases[i].program, cases[i].helper);
	case PROGRAM:
		return kernel_table_program(kernel, cases[i].program);
	case HOOK:
		return kernel_table_lsm_hook(kernel, cases[i].program);
	case SLEEPS:
		return kernel_table_lsm_sleeps(kernel, cases[i].program);
	default:
		return kernel_table_kfunc(kernel, cases[i].program, cases[i].kfunc);
	}
}

static void neighbours_answer_for_a_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(kernel) struct kernel kernel = { 0 };
		enum table_answer answer;

		make(cases[i].version, cases[i].age, NULL, &kernel);
		answer = ask(i, &kernel);
		if (answer != cases[i].answer)
			fail_msg("case %zu: %s %u in %u.%u: %d, not %d", i, cases[i].program,
				 cases[i].helper, cases[i].version >> 16,
				 cases[i].version >> 8 & 255, answer, cases[i].answer);
	}
}

static void types_are_those_of_the_enumerations(void **state)
{
	AUTO(kernel) struct kernel kernel = { 0 };

	(void)state;
	make(KERNEL_VERSION(6, 1, 0), &age_6_1, NULL, &kernel);
	assert_int_equal(kernel_table_program_type(&kernel, BPF_PROG_TYPE_KPROBE), TABLE_YES);
	assert_int_equal(kernel_table_program_type(&kernel, BPF_PROG_TYPE_LIRC_MODE2),
			 TABLE_UNKNOWN);
	assert_int_equal(kernel_table_program_type(&kernel, 32), TABLE_NO);
	assert_int_equal(kernel_table_map_type(&kernel, BPF_MAP_TYPE_USER_RINGBUF), TABLE_YES);
	assert_int_equal(kernel_table_map_type(&kernel, 32), TABLE_NO);
	assert_int_equal(kernel_table_map_sleeps(&kernel, BPF_MAP_TYPE_RINGBUF), TABLE_YES);
	assert_int_equal(kernel_table_map_sleeps(&kernel, BPF_MAP_TYPE_QUEUE), TABLE_NO);
}

/* By version, by what came with it, by a function that an option brings. */
static void features(void **state)
{
	static const struct {
		uint32_t version;
		const struct age *age;
		const char *function;
		enum table_feature feature;
		enum table_answer answer;
	} list[] = {
		{ KERNEL_VERSION(5, 10, 0), &age_5_10, NULL, FEATURE_ATOMICS, TABLE_NO },
		{ KERNEL_VERSION(5, 15, 0), &age_5_15, NULL, FEATURE_ATOMICS, TABLE_YES },
		{ 0, &age_5_10, NULL, FEATURE_ATOMICS, TABLE_NO },
		{ 0, &age_5_15, NULL, FEATURE_ATOMICS, TABLE_YES },
		{ KERNEL_VERSION(4, 18, 0), &age_5_15, NULL, FEATURE_ATOMICS, TABLE_YES },
		{ KERNEL_VERSION(6, 1, 0), &age_6_1, NULL, FEATURE_MAY_GOTO, TABLE_NO },
		{ KERNEL_VERSION(6, 12, 0), &age_6_12, NULL, FEATURE_MAY_GOTO, TABLE_YES },
		{ 0, &age_6_12, NULL, FEATURE_LOAD_ACQUIRE, TABLE_UNKNOWN },
		{ KERNEL_VERSION(6, 12, 0), &age_6_12, NULL, FEATURE_LOAD_ACQUIRE, TABLE_NO },
		{ KERNEL_VERSION(6, 15, 0), &age_6_12, NULL, FEATURE_LOAD_ACQUIRE, TABLE_YES },
		{ KERNEL_VERSION(6, 1, 0), &age_6_1, "register_ftrace_direct", FEATURE_TRAMPOLINE,
		  TABLE_YES },
		{ KERNEL_VERSION(6, 1, 0), &age_6_1, NULL, FEATURE_TRAMPOLINE, TABLE_UNKNOWN },
		{ KERNEL_VERSION(6, 1, 0), &age_6_1, "register_fprobe", FEATURE_KPROBE_MULTI,
		  TABLE_YES },
		{ KERNEL_VERSION(6, 1, 0), &age_6_1, NULL, FEATURE_KPROBE_MULTI, TABLE_UNKNOWN },
		{ KERNEL_VERSION(5, 10, 0), &age_5_10, NULL, FEATURE_KPROBE_MULTI, TABLE_NO },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		AUTO(kernel) struct kernel kernel = { 0 };

		make(list[i].version, list[i].age, list[i].function, &kernel);
		if (kernel_table_feature(&kernel, list[i].feature) != list[i].answer)
			fail_msg("case %zu: %s", i, kernel_table_feature_word(list[i].feature));
	}
}

static void arm64_has_no_direct_calls_before_6_4(void **state)
{
	AUTO(kernel) struct kernel kernel = { 0 };

	(void)state;
	make(KERNEL_VERSION(6, 1, 0), &age_6_1, NULL, &kernel);
	kernel.arch = "aarch64";
	assert_int_equal(kernel_table_feature(&kernel, FEATURE_TRAMPOLINE), TABLE_NO);
	kernel.version = KERNEL_VERSION(6, 4, 0);
	assert_int_equal(kernel_table_feature(&kernel, FEATURE_TRAMPOLINE), TABLE_UNKNOWN);
}

static void releases(void **state)
{
	(void)state;
	assert_string_equal(kernel_table_helper_since(1), "3.19");
	assert_string_equal(kernel_table_helper_since(BPF_FUNC_ringbuf_output), "5.8");
	assert_string_equal(kernel_table_helper_since(BPF_FUNC_loop), "5.17");
	assert_string_equal(kernel_table_helper_since(211), "6.2");
	assert_null(kernel_table_helper_since(0));
	assert_null(kernel_table_helper_since(212));
	assert_string_equal(kernel_table_program_since(BPF_PROG_TYPE_LSM), "5.7");
	assert_string_equal(kernel_table_program_since(32), "6.4");
	assert_null(kernel_table_program_since(33));
	assert_null(kernel_table_program_since(0));
	assert_string_equal(kernel_table_map_since(BPF_MAP_TYPE_RINGBUF), "5.8");
	assert_string_equal(kernel_table_map_since(33), "6.9");
	assert_null(kernel_table_map_since(1000));
	assert_string_equal(kernel_table_feature_since(FEATURE_ATOMICS), "5.12");
	assert_string_equal(kernel_table_helper_works("socket", 14), "6.12");
	assert_string_equal(kernel_table_helper_works("kprobe/x", 14), "5.10");
	assert_null(kernel_table_helper_works("kprobe/x", 26));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_answer_for_a_kernel),
		cmocka_unit_test(types_are_those_of_the_enumerations),
		cmocka_unit_test(features),
		cmocka_unit_test(arm64_has_no_direct_calls_before_6_4),
		cmocka_unit_test(releases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
