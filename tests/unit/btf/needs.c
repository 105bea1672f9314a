// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/needs.h"
#include "base/alloc.h"
#include "btf/kernel_word.h"
#include "btf/program_kind.h"
#include "support/data.h"

/* Written by hand from the sources beside the objects. */
static const struct {
	const char *file, *json;
} objects[] = {
	{ TEST_DATA "/needs/tracing.elf",
	  "{\"attachTargets\":[\"fentry/do_unlinkat\",\"tp_btf/sched_switch\"],"
	  "\"coreTypes\":{\"cgroup_id\":[\"MEMORY_ID\"],\"mm_struct\":[\"arg_start\"],"
	  "\"sched_entity\":[],"
	  "\"task_struct\":[\"comm\",\"in_iowait\",\"mm\",\"pid\",\"se.exec_start\",\"state\"]},"
	  "\"gpl\":true,\"helpers\":[\"bpf_map_lookup_elem\",\"bpf_probe_read_kernel\","
	  "\"bpf_ringbuf_reserve\",\"bpf_ringbuf_submit\"],\"isa\":\"v1\",\"kernelBtf\":true,"
	  "\"kfuncs\":[\"bpf_cpumask_first\",\"bpf_task_release\"],"
	  "\"ksyms\":[\"bpf_prog_active\"],"
	  "\"mapTypes\":[\"array_of_maps\",\"lru_hash\",\"ringbuf\"],"
	  "\"programTypes\":[\"tracing\"],\"sensitive\":[]}" },
	{ TEST_DATA "/needs/plain.elf",
	  "{\"attachTargets\":[\"tracepoint/syscalls/sys_enter_openat\","
	  "\"uprobe//usr/bin/bash:readline\"],\"coreTypes\":{},\"gpl\":true,"
	  "\"helpers\":[\"bpf_probe_write_user\",\"bpf_send_signal\"],\"isa\":\"v1\","
	  "\"kernelBtf\":false,\"kfuncs\":[],\"ksyms\":[],\"mapTypes\":[\"array\"],"
	  "\"programTypes\":[\"cgroup_sock_addr\",\"kprobe\",\"tracepoint\",\"xdp\"],"
	  "\"sensitive\":[\"bpf_probe_write_user\",\"bpf_send_signal\",\"cgroup_sock_addr\","
	  "\"xdp\"]}" },
	{ TEST_DATA "/needs/isa.elf",
	  "{\"attachTargets\":[],\"coreTypes\":{},\"gpl\":false,\"helpers\":[],\"isa\":\"v4\","
	  "\"kernelBtf\":false,\"kfuncs\":[],\"ksyms\":[],\"mapTypes\":[],"
	  "\"programTypes\":[\"socket_filter\"],\"sensitive\":[]}" },
};

static char *needs_of(const struct str *file)
{
	AUTO(object) struct object *object = NULL;
	AUTO(needs) struct needs needs = { 0 };
	AUTO(json) json_t *json = NULL;
	struct err err;

	if (object_open((struct span){ file->data, file->len }, "x", &object, &err) < 0 ||
	    needs_find(object, "x", NULL, &needs, &err) < 0)
		fail_msg("%s", err.text);
	json = needs_to_json(&needs);
	return js_dump(json);
}

static void objects_tell_what_they_need(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		AUTO(str) struct str file = data_read(objects[i].file);
		AUTO(free) char *json = needs_of(&file);

		assert_string_equal(json, objects[i].json);
	}
}

/* Instructions, as instruction-set.rst encodes them, in the place of the one in isa.bpf.c. */
static const struct {
	const char bytes[9], *isa, *helper;
} instructions[] = {
	{ "\xb7\0\0\0\1\0\0\0", "v1", NULL },		      /* r0 = 1 */
	{ "\x07\0\0\0\1\0\0\0", "v1", NULL },		      /* r0 += 1 */
	{ "\xdc\0\0\0\x10\0\0\0", "v1", NULL },		      /* r0 = be16 r0 */
	{ "\xd7\0\0\0\x10\0\0\0", "v4", NULL },		      /* r0 = bswap16 r0 */
	{ "\x3f\0\0\0\0\0\0\0", "v1", NULL },		      /* r0 /= r0 */
	{ "\x3f\0\1\0\0\0\0\0", "v4", NULL },		      /* r0 s/= r0 */
	{ "\x9f\0\1\0\0\0\0\0", "v4", NULL },		      /* r0 s%= r0 */
	{ "\xbc\0\x08\0\0\0\0\0", "v4", NULL },		      /* w0 = (s8)w0 */
	{ "\x05\0\0\0\0\0\0\0", "v1", NULL },		      /* goto +0 */
	{ "\x15\0\0\0\0\0\0\0", "v1", NULL },		      /* if r0 == 0 goto +0 */
	{ "\xa5\0\0\0\0\0\0\0", "v2", NULL },		      /* if r0 < 0 goto +0 */
	{ "\xdd\0\0\0\0\0\0\0", "v2", NULL },		      /* if r0 s<= r0 goto +0 */
	{ "\x16\0\0\0\0\0\0\0", "v3", NULL },		      /* if w0 == 0 goto +0 */
	{ "\x06\0\0\0\0\0\0\0", "v4", NULL },		      /* gotol +0 */
	{ "\xe5\0\0\0\0\0\0\0", "v4", NULL },		      /* may_goto +0 */
	{ "\x79\x10\0\0\0\0\0\0", "v1", NULL },		      /* r0 = *(u64 *)(r1 + 0) */
	{ "\x91\x10\0\0\0\0\0\0", "v4", NULL },		      /* r0 = *(s8 *)(r1 + 0) */
	{ "\xdb\x10\0\0\0\0\0\0", "v1", NULL },		      /* lock *(u64 *)(r0) += r1 */
	{ "\xdb\x10\0\0\1\0\0\0", "v3", NULL },		      /* r1 = atomic_fetch_add */
	{ "\xc3\x10\0\0\xf1\0\0\0", "v3", NULL },	      /* cmpxchg32 */
	{ "\xdb\x10\0\0\0\1\0\0", "v4", NULL },		      /* load_acquire */
	{ "\x85\0\0\0\x05\0\0\0", "v1", "bpf_ktime_get_ns" }, /* call 5 */
	{ "\x85\0\0\0\xff\xff\0\0", "v1", "helper#65535" },   /* call of one to come */
	{ "\x85\x10\0\0\x05\0\0\0", "v1", NULL },	      /* of a subprogram */
	{ "\x85\x20\0\0\x05\0\0\0", "v1", NULL },	      /* of a kfunc */
};

static void instructions_have_a_version(void **state)
{
	static const char marked[] = "\xbf\0\x08\0\0\0\0\0";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(instructions); i++) {
		AUTO(str) struct str file = data_read(TEST_DATA "/needs/isa.elf");
		AUTO(free) char *json = NULL;
		AUTO(free) char *isa = mem_printf("\"isa\":\"%s\"", instructions[i].isa);
		AUTO(free)
		char *helpers = mem_printf(instructions[i].helper ? "\"helpers\":[\"%s\"]"
								  : "\"helpers\":[]",
					   instructions[i].helper);
		char *at = memmem(file.data, file.len, marked, 8);

		assert_non_null(at);
		memcpy(at, instructions[i].bytes, 8);
		json = needs_of(&file);
		if (!strstr(json, isa) || !strstr(json, helpers))
			fail_msg("%zu: %s", i, json);
	}
}

/* The second half of a 64-bit constant looks like a call. */
static void constants_are_no_instructions(void **state)
{
	struct {
		struct object object;
		struct object_section sections[2];
	} o = { .sections[1] = { .name = "socket", .type = 1, .flags = 4, .size = 24 } };
	AUTO(needs) struct needs needs = { 0 };
	struct err err;

	(void)state;
	o.object = (struct object){ .sections = o.sections, .n_sections = 2 };
	o.sections[1].data =
		(struct span){ "\x18\0\0\0\0\0\0\0\x85\0\0\0\x05\0\0\0\x95\0\0\0\0\0\0\0", 24 };
	assert_int_equal(needs_find(&o.object, "x", NULL, &needs, &err), 0);
	assert_int_equal(needs.helpers.n_items, 0);
	assert_int_equal(needs.isa, 1);
}

static const struct {
	const char *section, *canonical, *type, *target;
	bool kernel_btf;
} sections[] = {
	{ "tp/sched/sched_switch", "tracepoint", "tracepoint", "sched/sched_switch", false },
	{ "tracepoint", "tracepoint", "tracepoint", "", false },
	{ "raw_tp/sys_enter", "raw_tracepoint", "raw_tracepoint", "sys_enter", false },
	{ "raw_tp.w/x", "raw_tracepoint.w", "raw_tracepoint_writable", "x", false },
	{ "?fentry.s/f", "fentry", "tracing", "f", true },
	{ "fmod_ret/f", "fmod_ret", "tracing", "f", true },
	{ "lsm.s/bpf", "lsm", "lsm", "bpf", true },
	{ "lsm_cgroup/bpf", "lsm_cgroup", "lsm", "bpf", true },
	{ "iter.s/task", "iter", "tracing", "task", true },
	{ "struct_ops/init", "struct_ops", "struct_ops", "", true },
	{ "kprobe.multi/tcp_*", "kprobe.multi", "kprobe", "tcp_*", false },
	{ "usdt//bin/x:a:b", "usdt", "kprobe", "/bin/x:a:b", false },
	{ "xdp/devmap", "xdp", "xdp", "", false },
	{ "xdp.frags/cpumap", "xdp", "xdp", "", false },
	{ "cgroup/sock_create", "cgroup/sock_create", "cgroup_sock", "", false },
	{ "cgroup/sendmsg6", "cgroup/sendmsg", "cgroup_sock_addr", "", false },
	{ "cgroup_skb/egress", "cgroup_skb", "cgroup_skb", "", false },
	{ "tcx/ingress", "tcx", "sched_cls", "", false },
	{ "sk_skb/stream_parser", "sk_skb", "sk_skb", "", false },
	{ "freplace/f", "freplace", "ext", "f", false },
	{ "tpx/a", NULL, NULL, NULL, false },
	{ "cgroup/nothing", NULL, NULL, NULL, false },
	{ ".s", NULL, NULL, NULL, false },
	{ "?", NULL, NULL, NULL, false },
	{ "", NULL, NULL, NULL, false },
};

static void sections_have_a_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		struct span target;
		const struct program_kind *kind = program_kind_of(sections[i].section, &target);

		if (!sections[i].type) {
			assert_null(kind);
			continue;
		}
		assert_non_null(kind);
		assert_string_equal(kind->section, sections[i].canonical);
		assert_string_equal(kind->type, sections[i].type);
		assert_true(span_is(target, sections[i].target));
		assert_int_equal(kind->kernel_btf, sections[i].kernel_btf);
	}
}

static void numbers_have_words(void **state)
{
	(void)state;
	assert_string_equal(kernel_helper_word(1), "bpf_map_lookup_elem");
	assert_string_equal(kernel_helper_word(105), "bpf_strtol");
	assert_null(kernel_helper_word(0));
	assert_null(kernel_helper_word(UINT32_MAX));
	assert_string_equal(kernel_map_word(27), "ringbuf");
	assert_string_equal(kernel_map_word(33), "arena");
	assert_null(kernel_map_word(0));
	assert_null(kernel_map_word(UINT32_MAX));
	assert_true(kernel_helper_is_gpl(4));  /* probe_read */
	assert_false(kernel_helper_is_gpl(5)); /* ktime_get_ns */
}

/* Any one byte changed, any length: refused or understood, never read beyond its end (ASan). */
static void damage_is_survived(void **state)
{
	AUTO(str) struct str whole = data_read(TEST_DATA "/needs/tracing.elf");
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < whole.len; i++) {
		AUTO(free) char *copy = mem_copy(whole.data, whole.len);
		AUTO(object) struct object *object = NULL;
		AUTO(needs) struct needs needs = { 0 };
		size_t len = i % 7 ? whole.len : i;
		struct err err = { 0 };

		copy[i] = (char)~copy[i];
		if (object_open((struct span){ copy, len }, "x", &object, &err) == 0 &&
		    needs_find(object, "x", NULL, &needs, &err) == 0)
			continue;
		refused++;
		assert_true(err.code == EC_CORRUPT || err.code == EC_UNSUPPORTED);
		assert_true(text_starts(err.text, "x: "));
	}
	assert_true(refused > whole.len / 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_tell_what_they_need),
		cmocka_unit_test(instructions_have_a_version),
		cmocka_unit_test(constants_are_no_instructions),
		cmocka_unit_test(sections_have_a_kind),
		cmocka_unit_test(numbers_have_words),
		cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
