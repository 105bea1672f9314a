// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/tables.h"

#include <linux/bpf.h>
#include <string.h>

#include "base/alloc.h"
#include "btf/program_kind.h"
#include "kernel/tables_priv.h"

#include "kernel/tables.inc" /* after what it is made of */

struct measure {
	uint32_t version; /* 0: not known */
	uint32_t levels[LEVEL_N];
};

static const struct btf_type *find_enum(const struct kernel *kernel, const char *name)
{
	const struct kernel_part *main = &kernel->main;
	uint32_t id = name_index_find(&main->names, &main->btf, name, BTF_KIND_ENUM);

	return id ? raw_btf_type(&main->btf, id) : NULL;
}

bool tables_has_enumerator(const struct kernel *kernel, const char *name, const char *enumerator)
{
	const struct btf_type *type = find_enum(kernel, name);
	const struct btf_enum *values = type ? (const void *)(type + 1) : NULL;

	for (uint32_t i = 0; type && i < raw_btf_vlen(type); i++)
		if (!strcmp(raw_btf_name(&kernel->main.btf, values[i].name_off), enumerator))
			return true;
	return false;
}

#define LEVEL_MOST 999 /* BPF_COMMON_ATTRS, 65536, is a flag among commands */

/* The highest enumerator; the sentinels "__MAX_BPF_…" and "MAX_BPF_…" do not count. */
static uint32_t highest(const struct kernel *kernel, const char *name)
{
	const struct btf_type *type = find_enum(kernel, name);
	const struct btf_enum *values = type ? (const void *)(type + 1) : NULL;
	uint32_t most = 0;

	for (uint32_t i = 0; type && i < raw_btf_vlen(type); i++) {
		const char *word = raw_btf_name(&kernel->main.btf, values[i].name_off);

		if (values[i].val < 0 || values[i].val > LEVEL_MOST ||
		    (uint32_t)values[i].val <= most || text_starts(word, "__") ||
		    text_starts(word, "MAX_"))
			continue;
		most = (uint32_t)values[i].val;
	}
	return most;
}

static struct measure measure_of(const struct kernel *kernel)
{
	static const char *const names[] = {
#define LEVEL_WORD(name, word) word,
		LEVEL_LIST(LEVEL_WORD)
#undef LEVEL_WORD
	};
	struct measure measure = { .version = kernel->version & ~0xffu };

	for (size_t i = 0; i < LEVEL_N; i++)
		measure.levels[i] = highest(kernel, names[i]);
	return measure;
}

static bool has_levels(const uint32_t *least, const uint32_t *levels)
{
	for (size_t i = 0; i < LEVEL_N; i++)
		if (levels[i] < least[i])
			return false;
	return true;
}

/*
 * By version and levels; and by the version alone, which has to come to the same in a kernel that
 * is what it says it is.
 */
static struct kernel_neighbours find_neighbours(const struct kernel *kernel)
{
	struct measure measure = measure_of(kernel);
	struct kernel_neighbours found = { true, SIZE_MAX, SIZE_MAX, false }, by_version = found;

	for (size_t i = 0; i < ARRAY_SIZE(probed_kernels); i++) {
		const struct probed_kernel *probed = &probed_kernels[i];
		bool may_be_older = !measure.version || probed->version <= measure.version;
		bool may_be_newer = !measure.version || probed->version >= measure.version;

		if (may_be_older)
			by_version.older = i;
		if (may_be_newer && by_version.newer == SIZE_MAX)
			by_version.newer = i;
		if (may_be_older && has_levels(probed->levels, measure.levels))
			found.older = i;
		if (may_be_newer && found.newer == SIZE_MAX &&
		    has_levels(measure.levels, probed->levels))
			found.newer = i;
	}
	found.is_plain = measure.version && found.older == by_version.older &&
			 found.newer == by_version.newer;
	return found;
}

static struct kernel_neighbours neighbours_of(const struct kernel *kernel)
{
	struct kernel *k = (struct kernel *)kernel; /* a cache */

	if (!k->neighbours.is_known)
		k->neighbours = find_neighbours(kernel);
	return k->neighbours;
}

static const struct probed_row *find_row(size_t probed, struct span word)
{
	for (size_t i = 0; i < ARRAY_SIZE(probed_rows); i++)
		if (probed_rows[i].kernels >> probed & 1 && span_is(word, probed_rows[i].program))
			return &probed_rows[i];
	return NULL;
}

/* A section's first part; of "cgroup/…" the second as well. */
static struct span first_part(const char *section)
{
	size_t len = text_starts(section, "cgroup/") ? 7 : 0;

	return (struct span){ section, len + strcspn(section + len, "/") };
}

/* The row of a section or a type's word, the most exact there is; NULL: it was not tried. */
static const struct probed_row *row_of(size_t probed, const char *program)
{
	const struct program_kind *kind;
	const struct probed_row *row;
	struct span word, target;

	program += *program == '?';
	word = first_part(program);
	row = find_row(probed, word);
	if (row)
		return row;
	kind = program_kind_of(program, &target);
	if (!kind || (word.len > 2 && !memcmp(word.data + word.len - 2, ".s", 2)))
		return NULL;
	row = find_row(probed, span_of(kind->section));
	return row ? row : find_row(probed, span_of(kind->type));
}

enum ask { ASK_HELPER, ASK_PROGRAM, ASK_HOOK, ASK_SLEEPING_HOOK, ASK_SLEEPING_MAP, ASK_KFUNC };

struct question {
	enum ask what;
	const char *program;
	uint32_t helper;  /* or a map's type */
	const char *name; /* of the hook, the kfunc */
};

static enum table_answer ask_hook(const struct probed_hook *hooks, size_t n_hooks, size_t probed,
				  const char *name)
{
	for (size_t i = 0; i < n_hooks; i++)
		if (hooks[i].kernels >> probed & 1 && !strcmp(hooks[i].name, name))
			return TABLE_NO;
	return TABLE_YES;
}

static enum table_answer ask_map(size_t probed, uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(probed_atomic_maps); i++)
		if (probed_atomic_maps[i].type == type &&
		    probed_atomic_maps[i].kernels >> probed & 1)
			return TABLE_NO;
	return TABLE_YES;
}

static enum table_answer ask_kfunc(size_t probed, const struct probed_row *row, const char *name)
{
	const struct probed_kfunc *kfunc = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(probed_kfuncs) && !kfunc; i++)
		if (probed_kfuncs[i].kernels >> probed & 1 && !strcmp(probed_kfuncs[i].name, name))
			kfunc = &probed_kfuncs[i];
	if (!kfunc)
		return TABLE_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(probed_kinds); i++)
		if (!strcmp(probed_kinds[i], row->program))
			return probed_sets[kfunc->set][i / 64] >> i % 64 & 1 ? TABLE_YES : TABLE_NO;
	return TABLE_UNKNOWN;
}

/* probed: a place in the table of kernels */
static enum table_answer ask_one(size_t probed, const struct question *question)
{
	const struct probed_row *row;

	if (question->what == ASK_HOOK)
		return ask_hook(probed_closed, ARRAY_SIZE(probed_closed), probed, question->name);
	if (question->what == ASK_SLEEPING_HOOK)
		return ask_hook(probed_atomic, ARRAY_SIZE(probed_atomic), probed, question->name);
	if (question->what == ASK_SLEEPING_MAP)
		return ask_map(probed, question->helper);
	row = row_of(probed, question->program);
	if (!row)
		return TABLE_UNKNOWN;
	if (question->what == ASK_PROGRAM)
		return row->helpers[0] ? TABLE_YES : TABLE_NO;
	if (!row->helpers[0]) /* what such programs may call nobody can tell */
		return TABLE_UNKNOWN;
	if (question->what == ASK_KFUNC)
		return ask_kfunc(probed, row, question->name);
	return helper_bit(row->helpers, question->helper) ? TABLE_YES : TABLE_NO;
}

static enum table_answer ask_all(const struct kernel *kernel, const struct question *question)
{
	struct kernel_neighbours near = neighbours_of(kernel);
	enum table_answer older = TABLE_UNKNOWN, newer;

	if (near.newer == SIZE_MAX)
		return TABLE_UNKNOWN;
	newer = ask_one(near.newer, question);
	if (near.older != SIZE_MAX)
		older = ask_one(near.older, question);
	if (newer == TABLE_YES)
		return older == TABLE_YES ? TABLE_YES : TABLE_UNKNOWN;
	if (newer == TABLE_UNKNOWN || older == TABLE_YES)
		return TABLE_UNKNOWN;
	for (size_t i = near.newer; !near.is_plain && i < ARRAY_SIZE(probed_kernels); i++)
		if (ask_one(i, question) != TABLE_NO)
			return TABLE_UNKNOWN;
	return TABLE_NO;
}

/*
 * Helpers that some programs of a kind may call and others may not: bpf_override_return is an option
 * that no kernel tried had, bpf_d_path is for certain functions.
 */
static bool is_by_case(const char *program, uint32_t helper)
{
	struct span target;
	const struct program_kind *kind = program_kind_of(program, &target);

	if (!kind || helper == BPF_FUNC_d_path)
		return true;
	return helper_bit(probed_never, helper) && !strcmp(kind->type, "kprobe");
}

enum table_answer kernel_table_helper(const struct kernel *kernel, const char *program,
				      uint32_t helper)
{
	struct question question = { .what = ASK_HELPER, .program = program, .helper = helper };
	enum table_answer answer;

	if (helper > highest(kernel, "bpf_func_id"))
		return TABLE_NO;
	answer = ask_all(kernel, &question);
	return answer == TABLE_NO && is_by_case(program, helper) ? TABLE_UNKNOWN : answer;
}

enum table_answer kernel_table_program(struct kernel *kernel, const char *program)
{
	struct question question = { .what = ASK_PROGRAM, .program = program };
	struct span target;
	const struct program_kind *kind = program_kind_of(program, &target);

	if (kind && !strcmp(kind->type, "lirc_mode2")) /* no kernel that was tried has it */
		return kernel_table_feature(kernel, FEATURE_INFRARED);
	if (span_is(first_part(program + (*program == '?')), "xdp.frags"))
		return kernel_table_feature(kernel, FEATURE_XDP_FRAGS);
	return ask_all(kernel, &question);
}

enum table_answer kernel_table_lsm_hook(const struct kernel *kernel, const char *hook)
{
	struct question question = { .what = ASK_HOOK, .name = hook };

	return ask_all(kernel, &question);
}

enum table_answer kernel_table_lsm_sleeps(const struct kernel *kernel, const char *hook)
{
	struct question question = { .what = ASK_SLEEPING_HOOK, .name = hook };

	return ask_all(kernel, &question);
}

enum table_answer kernel_table_map_sleeps(const struct kernel *kernel, uint32_t type)
{
	struct question question = { .what = ASK_SLEEPING_MAP, .helper = type };

	return ask_all(kernel, &question);
}

enum table_answer kernel_table_kfunc(const struct kernel *kernel, const char *program,
				     const char *name)
{
	struct question question = { .what = ASK_KFUNC, .program = program, .name = name };

	return ask_all(kernel, &question);
}

/* Of the enumerations everything is there; what no kernel took needs an option. */
static enum table_answer ask_type(const struct kernel *kernel, const char *enumeration,
				  uint32_t type, uint64_t taken)
{
	if (type > highest(kernel, enumeration))
		return TABLE_NO;
	return type < 64 && taken >> type & 1 ? TABLE_YES : TABLE_UNKNOWN;
}

enum table_answer kernel_table_program_type(const struct kernel *kernel, uint32_t type)
{
	return ask_type(kernel, "bpf_prog_type", type, probed_programs);
}

enum table_answer kernel_table_map_type(const struct kernel *kernel, uint32_t type)
{
	return ask_type(kernel, "bpf_map_type", type, probed_maps);
}

const char *kernel_table_helper_works(const char *program, uint32_t helper)
{
	struct question question = { .what = ASK_HELPER, .program = program, .helper = helper };

	for (size_t i = 0; i < ARRAY_SIZE(probed_kernels); i++)
		if (ask_one(i, &question) == TABLE_YES)
			return probed_kernels[i].release;
	return NULL;
}
