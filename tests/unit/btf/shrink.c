// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/shrink.h"
#include "base/alloc.h"
#include "btf/object.h"
#include "support/data.h"
#include "support/types.h"

/* A kernel with what tests/data/needs/tracing.bpf.c asks for, and more. */
static struct btf *kernel(void)
{
	struct btf *btf = types_new();
	int mm, sched;

	types_struct(btf, "unrelated", "u64 a; point p");
	mm = types_struct(btf, "mm_struct", "u32 users; u64 arg_start");
	btf__add_typedef(btf, "mm_ptr", btf__add_ptr(btf, mm));
	sched = types_struct(btf, "sched_entity", "u64 exec_start");
	btf__add_typedef(btf, "sched_t", sched);
	types_struct(btf, "task_struct",
		     "sched_t se; mm_ptr mm; i32 pid; u32:1 in_iowait; char[16] comm");
	btf__add_enum(btf, "cgroup_id", 4);
	btf__add_enum_value(btf, "MEMORY_ID", 6);
	return btf;
}

static void what_is_asked_for_is_kept(void **state)
{
	AUTO(str) struct str file = data_read(TEST_DATA "/needs/tracing.elf");
	AUTO(object) struct object *object = NULL;
	AUTO(raw_btf) struct raw_btf mine = { 0 };
	AUTO(raw_btf) struct raw_btf whole = { 0 };
	AUTO(ext_info) struct ext_info info = { 0 };
	AUTO(str) struct str cut = STR_MAX(LIMIT_KERNEL_BTF);
	static const char *const kept[] = { "task_struct", "mm_struct", "sched_entity",
					    "cgroup_id" };
	struct btf *from = kernel(), *result;
	struct err err;
	uint32_t size;
	const void *bytes = btf__raw_data(from, &size);

	(void)state;
	if (object_open((struct span){ file.data, file.len }, "x", &object, &err) < 0 ||
	    raw_btf_open(object_find(object, ".BTF")->data, "x", &mine, &err) < 0 ||
	    ext_info_read(object_find(object, ".BTF.ext")->data, &mine, "x", &info, &err) < 0 ||
	    raw_btf_open((struct span){ bytes, size }, "x", &whole, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(info.n_relos >= 8);
	assert_true(info.n_lines > 0);
	assert_true(shrink_is_possible(&mine, &info));
	if (shrink_for_relos(&whole, &mine, &info, &cut, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(cut.len < size);
	result = btf__new(str_text(&cut), cut.len);
	assert_non_null(result);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		int before = btf__find_by_name(from, kept[i]);
		int after = btf__find_by_name(result, kept[i]);

		assert_true(after > 0);
		assert_int_equal(btf__resolve_size(result, after), btf__resolve_size(from, before));
		assert_int_equal(btf_vlen(btf__type_by_id(result, after)),
				 btf_vlen(btf__type_by_id(from, before)));
	}
	assert_true(btf__find_by_name(result, "unrelated") < 0);
	assert_true(btf__find_by_name(result, "color") < 0);
	btf__free(result);
	btf__free(from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
