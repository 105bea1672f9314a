// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/core_resolve.h"

#include <errno.h>
#include <linux/bpf.h>

#include "base/alloc.h"
#include "support/types.h"

static struct btf *object(void)
{
	struct btf *btf = types_new();

	types_struct(btf, "inner", "u32 a; u32 value");
	types_struct(btf, "task", "u64 state; i32 pid; char[16] comm; inner in; ptr p");
	types_struct(btf, "gone", "u32 a");
	types_struct(btf, "other", "u32 a");
	types_struct(btf, "task___old", "u32 prio");
	types_struct(btf, "sizes", "i32 grown; char[8] text");
	types_struct(btf, "twice", "u32 a; u32 b");
	btf__add_enum(btf, "letters", 4);
	btf__add_enum_value(btf, "ALPHA_ONE", 0);
	btf__add_enum_value(btf, "BETA", 1);
	return btf;
}

static struct btf *kernel(void)
{
	struct btf *btf = types_new();

	types_struct(btf, "inner", "u32 a; u32 values");
	types_struct(btf, "task", "u64 __state; ptr pid; char[8] comm; inner in; u32 p");
	btf__add_union(btf, "other", 4);
	types_struct(btf, "sizes", "i64 grown; char[16] text");
	types_struct(btf, "twice", "u32 a; u32 b");
	types_struct(btf, "twice", "u32 a; u32 between; u32 b");
	btf__add_enum(btf, "letters", 4);
	btf__add_enum_value(btf, "ALPHA_ONES", 3);
	btf__add_enum_value(btf, "BETA___x", 7);
	return btf;
}

static struct both {
	struct btf *btf;
	struct raw_btf raw;
	struct name_index names;
} local, target;

static void both_open(struct both *both, struct btf *btf)
{
	struct err err;
	uint32_t size;
	const void *bytes = btf__raw_data(btf, &size);

	both->btf = btf;
	if (raw_btf_open((struct span){ bytes, size }, "x", &both->raw, &err) < 0)
		fail_msg("%s", err.text);
	name_index_make(&both->raw, &both->names);
}

static int open_both(void **state)
{
	both_open(&local, object());
	both_open(&target, kernel());
	return 0;
}

static void both_close(struct both *both)
{
	name_index_done(&both->names);
	raw_btf_done(&both->raw);
	btf__free(both->btf);
}

static int close_both(void **state)
{
	both_close(&local);
	both_close(&target);
	return 0;
}

static struct core_resolver *resolver(enum core_size_rule rule)
{
	struct core_targets targets = { .main = { &target.raw, &target.names } };

	return core_resolver_new(&local.raw, &targets, rule);
}

static struct core_relo relo(const char *type, const char *access, uint32_t kind)
{
	return (struct core_relo){ .section = "x",
				   .type_id = btf__find_by_name(local.btf, type),
				   .access = access,
				   .kind = kind };
}

static void reasons(void **state)
{
	static const struct {
		const char *type, *access;
		uint32_t kind;
		enum core_outcome outcome;
		const char *spelled, *why, *closest;
	} cases[] = {
		{ "task", "0:0", BPF_CORE_FIELD_BYTE_OFFSET, CORE_POISONED, "struct task.state",
		  "struct task has no 'state'", "__state" },
		{ "task", "0:0", BPF_CORE_FIELD_EXISTS, CORE_RESOLVED, "struct task.state",
		  "struct task has no 'state'", "__state" },
		{ "task", "0:1", BPF_CORE_FIELD_BYTE_OFFSET, CORE_POISONED, "struct task.pid",
		  "'pid' of struct task is of type pointer, in the program i32", "" },
		{ "task", "0:2:12", BPF_CORE_FIELD_BYTE_OFFSET, CORE_POISONED,
		  "struct task.comm[12]", "'comm' has 8 elements, [12] is asked for", "" },
		{ "task", "0:3:1", BPF_CORE_FIELD_BYTE_SIZE, CORE_POISONED, "struct task.in.value",
		  "struct inner has no 'value'", "values" },
		{ "task___old", "0:0", BPF_CORE_FIELD_SIGNED, CORE_POISONED,
		  "struct task___old.prio", "struct task has no 'prio'", "" },
		{ "gone", "0:0", BPF_CORE_FIELD_BYTE_OFFSET, CORE_POISONED, "struct gone.a",
		  "there is no struct gone", "" },
		{ "other", "0", BPF_CORE_TYPE_EXISTS, CORE_RESOLVED, "struct other",
		  "there is no struct other, only a union of this name", "" },
		{ "letters", "0", BPF_CORE_ENUMVAL_VALUE, CORE_POISONED, "enum letters::ALPHA_ONE",
		  "enum letters has no 'ALPHA_ONE'", "ALPHA_ONES" },
		{ "letters", "1", BPF_CORE_ENUMVAL_VALUE, CORE_RESOLVED, "enum letters::BETA", "",
		  "" },
		{ "task", "0", BPF_CORE_TYPE_MATCHES, CORE_RESOLVED, "struct task",
		  "struct task is defined in another way", "" },
		{ "twice", "0:1", BPF_CORE_FIELD_BYTE_OFFSET, CORE_FAILED, "struct twice.b",
		  "the kernel has several types of this name, which differ in the field's offset "
		  "in bits: 32 and 64",
		  "" },
		{ "task", "0:9", BPF_CORE_FIELD_BYTE_OFFSET, CORE_FAILED, "",
		  "the access does not fit its own types", "" },
		{ "task", "0:-1", BPF_CORE_FIELD_BYTE_OFFSET, CORE_FAILED, "",
		  "the access does not fit its own types", "" },
		{ "letters", "-1", BPF_CORE_ENUMVAL_VALUE, CORE_FAILED, "",
		  "the access does not fit its own types", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(core_resolver) struct core_resolver *r = resolver(CORE_SIZE_WHOLE);
		struct core_relo one = relo(cases[i].type, cases[i].access, cases[i].kind);
		struct core_result result;
		char text[64];

		core_resolve(r, &one, &result);
		core_spell(&local.raw, &one, text, sizeof(text));
		assert_string_equal(text, cases[i].spelled);
		assert_string_equal(result.why, cases[i].why);
		assert_string_equal(result.closest, cases[i].closest);
		assert_int_equal(result.outcome, cases[i].outcome);
		if (result.outcome == CORE_FAILED)
			assert_int_equal(result.error, -EINVAL);
	}
}

/* libbpf looks at the element of an array since 1.6: a longer one is still read the same way. */
static void sizes_of_arrays(void **state)
{
	static const struct {
		enum core_size_rule rule;
		const char *access;
		uint32_t size, original_size;
		enum core_outcome outcome;
	} cases[] = {
		{ CORE_SIZE_WHOLE, "0:1", 16, 8, CORE_POISONED },
		{ CORE_SIZE_ELEMENT, "0:1", 1, 1, CORE_RESOLVED },
		{ CORE_SIZE_WHOLE, "0:1:2", 1, 1, CORE_RESOLVED },
		{ CORE_SIZE_ELEMENT, "0:1:2", 1, 1, CORE_RESOLVED },
		{ CORE_SIZE_ELEMENT, "0:0", 8, 4, CORE_POISONED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(core_resolver) struct core_resolver *r = resolver(cases[i].rule);
		struct core_relo one = relo("sizes", cases[i].access, BPF_CORE_FIELD_BYTE_OFFSET);
		struct bpf_insn insn = { .code = BPF_LDX | BPF_MEM | BPF_B };
		struct core_result result;

		core_resolve(r, &one, &result);
		assert_int_equal(result.size, cases[i].size);
		assert_int_equal(result.original_size, cases[i].original_size);
		assert_int_equal(result.is_resized, cases[i].outcome == CORE_POISONED);
		insn.off = result.original;
		core_patch(&insn, 1, &result);
		assert_int_equal(result.outcome, cases[i].outcome);
		if (result.outcome == CORE_POISONED)
			assert_int_equal(insn.imm, CORE_POISON);
		else
			assert_int_equal(insn.off, result.value);
	}
}

static void what_is_cut_is_refused(void **state)
{
	AUTO(core_resolver) struct core_resolver *r = resolver(CORE_SIZE_WHOLE);
	struct bpf_insn insn = { .code = BPF_LD | BPF_IMM | BPF_DW };
	struct core_relo one = relo("letters", "1", BPF_CORE_ENUMVAL_VALUE);
	struct core_result result;

	core_resolve(r, &one, &result);
	assert_int_equal(result.value, 7);
	core_patch(&insn, 1, &result);
	assert_int_equal(result.outcome, CORE_FAILED);
}

/* Structs in structs twice each, so that looking for a member would take 2^40 steps. */
static void work_has_an_end(void **state)
{
	struct btf *deep = btf__new_empty(), *mine = types_new();
	int id = btf__add_struct(deep, NULL, 0);
	struct both a, b;
	struct core_targets targets;
	struct core_resolver *r;
	struct core_relo one;
	struct core_result result;

	for (int i = 0; i < 40; i++) {
		int outer = btf__add_struct(deep, i == 39 ? "task" : NULL, 0);

		btf__add_field(deep, NULL, id, 0, 0);
		btf__add_field(deep, NULL, id, 0, 0);
		id = outer;
	}
	types_struct(mine, "task", "u32 a");
	both_open(&a, mine);
	both_open(&b, deep);
	targets = (struct core_targets){ .main = { &b.raw, &b.names } };
	r = core_resolver_new(&a.raw, &targets, CORE_SIZE_WHOLE);
	one = (struct core_relo){ .type_id = btf__find_by_name(mine, "task"), .access = "0:0" };
	core_resolve(r, &one, &result);
	assert_int_equal(result.outcome, CORE_FAILED);
	assert_string_equal(result.why, "the types are too many to be compared");
	core_resolver_free(r);
	both_close(&a);
	both_close(&b);
}

static void names_are_found(void **state)
{
	struct name_index broken = target.names;
	uint32_t ids[4], n = 0;

	for (uint32_t id = name_index_first(&target.names, &target.raw, "twice", 5); id && n < 4;
	     id = name_index_next(&target.names, &target.raw, id, "twice", 5))
		ids[n++] = id;
	assert_int_equal(n, 2);
	assert_true(ids[0] < ids[1]);
	assert_int_equal(name_index_find(&target.names, &target.raw, "twice", BTF_KIND_STRUCT),
			 ids[0]);
	assert_int_equal(name_index_find(&target.names, &target.raw, "twice", BTF_KIND_UNION), 0);
	assert_int_equal(name_index_first(&target.names, &target.raw, "nothing", 7), 0);
	assert_true(name_index_cost(&target.names, &target.raw, "twice", 5, 100) >= 2);
	assert_int_equal(name_index_cost(&target.names, &target.raw, "twice", 5, 1), 1);

	/* a kept index that is not of this BTF */
	broken.next = mem_array(broken.n_next, sizeof(*broken.next));
	for (uint32_t i = 0; i < broken.n_next; i++)
		((uint32_t *)broken.next)[i] = i % 2 ? 0xffffffff : 1;
	for (uint32_t id = name_index_first(&broken, &target.raw, "twice", 5); id;
	     id = name_index_next(&broken, &target.raw, id, "twice", 5))
		assert_true(id < target.raw.n_types);
	free((void *)broken.next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons),
		cmocka_unit_test(sizes_of_arrays),
		cmocka_unit_test(what_is_cut_is_refused),
		cmocka_unit_test(work_has_an_end),
		cmocka_unit_test(names_are_found),
	};

	return cmocka_run_group_tests(tests, open_both, close_both);
}
