// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/tables.h"

#include <string.h>

#include "base/alloc.h"
#include "btf/program_kind.h"
#include "kernel/tables_priv.h"

#include "kernel/tables.inc" /* after what it is made of */

struct measure {
	uint32_t version; /* 0: not known */
	uint32_t levels[LEVEL_N];
};

/* Of those tried: the nearest that is not newer, the nearest that is not older. SIZE_MAX: none. */
struct neighbours {
	size_t older;
	size_t newer;
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
	const struct btf_enum *values = (const void *)(type + 1);

	for (uint32_t i = 0; type && i < raw_btf_vlen(type); i++)
		if (!strcmp(raw_btf_name(&kernel->main.btf, values[i].name_off), enumerator))
			return true;
	return false;
}

/* The highest enumerator; the sentinels "__MAX_BPF_…" and "MAX_BPF_…" do not count. */
static uint32_t highest(const struct kernel *kernel, const char *name)
{
	const struct btf_type *type = find_enum(kernel, name);
	const struct btf_enum *values = (const void *)(type + 1);
	uint32_t most = 0;

	for (uint32_t i = 0; type && i < raw_btf_vlen(type); i++) {
		const char *word = raw_btf_name(&kernel->main.btf, values[i].name_off);

		if (values[i].val < 0 || (uint32_t)values[i].val <= most ||
		    text_starts(word, "__") || text_starts(word, "MAX_"))
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

static bool is_not_newer(const struct probed_kernel *probed, const struct measure *measure)
{
	if (measure->version && probed->version > measure->version)
		return false;
	for (size_t i = 0; i < LEVEL_N; i++)
		if (probed->levels[i] > measure->levels[i])
			return false;
	return true;
}

static bool is_not_older(const struct probed_kernel *probed, const struct measure *measure)
{
	if (measure->version && probed->version < measure->version)
		return false;
	for (size_t i = 0; i < LEVEL_N; i++)
		if (probed->levels[i] < measure->levels[i])
			return false;
	return true;
}

static struct neighbours neighbours_of(const struct kernel *kernel)
{
	struct measure measure = measure_of(kernel);
	struct neighbours found = { SIZE_MAX, SIZE_MAX };

	for (size_t i = 0; i < n_probed_kernels; i++) {
		if (is_not_newer(&probed_kernels[i], &measure))
			found.older = i;
		if (found.newer == SIZE_MAX && is_not_older(&probed_kernels[i], &measure))
			found.newer = i;
	}
	return found;
}

static const struct probed_row *find_row(const struct probed_kernel *probed, struct span word)
{
	for (const struct probed_row *row = probed->rows; row && row->program; row++)
		if (span_is(word, row->program))
			return row;
	return NULL;
}

/* A section's first part; of "cgroup/…" the second as well. */
static struct span first_part(const char *section)
{
	size_t len = text_starts(section, "cgroup/") ? 7 : 0;

	return (struct span){ section, len + strcspn(section + len, "/") };
}

/* The row of a section or a type's word, the most exact there is; NULL: it was not tried. */
static const struct probed_row *row_of(const struct probed_kernel *probed, const char *program)
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

enum ask { ASK_HELPER, ASK_PROGRAM, ASK_HOOK };

struct question {
	enum ask what;
	const char *word; /* the program, the hook */
	uint32_t helper;
};

static bool has_text(const char *const *list, const char *text)
{
	for (; list && *list; list++)
		if (!strcmp(*list, text))
			return true;
	return false;
}

static enum table_answer ask_one(const struct probed_kernel *probed,
				 const struct question *question)
{
	const struct probed_row *row;

	if (question->what == ASK_HOOK)
		return has_text(probed->closed_hooks, question->word) ? TABLE_NO : TABLE_YES;
	row = row_of(probed, question->word);
	if (!row)
		return TABLE_UNKNOWN;
	if (question->what == ASK_PROGRAM) /* those that are refused have no helpers */
		return row->helpers[0] ? TABLE_YES : TABLE_NO;
	return helper_bit(row->helpers, question->helper) ? TABLE_YES : TABLE_NO;
}

static enum table_answer ask_all(const struct kernel *kernel, const struct question *question)
{
	struct neighbours near = neighbours_of(kernel);
	enum table_answer older = TABLE_UNKNOWN, newer;

	if (near.newer == SIZE_MAX)
		return TABLE_UNKNOWN;
	newer = ask_one(&probed_kernels[near.newer], question);
	if (near.older != SIZE_MAX)
		older = ask_one(&probed_kernels[near.older], question);
	if (newer == TABLE_YES)
		return older == TABLE_YES ? TABLE_YES : TABLE_UNKNOWN;
	if (older == TABLE_YES)
		return TABLE_UNKNOWN;
	for (size_t i = near.newer; i < n_probed_kernels; i++)
		if (ask_one(&probed_kernels[i], question) != TABLE_NO)
			return TABLE_UNKNOWN;
	return TABLE_NO;
}

enum table_answer kernel_table_helper(const struct kernel *kernel, const char *program,
				      uint32_t helper)
{
	struct question question = { ASK_HELPER, program, helper };

	if (helper > highest(kernel, "bpf_func_id"))
		return TABLE_NO;
	if (helper_bit(probed_never, helper))
		return TABLE_UNKNOWN;
	return ask_all(kernel, &question);
}

enum table_answer kernel_table_program(const struct kernel *kernel, const char *program)
{
	struct question question = { .what = ASK_PROGRAM, .word = program };

	return ask_all(kernel, &question);
}

enum table_answer kernel_table_lsm_hook(const struct kernel *kernel, const char *hook)
{
	struct question question = { .what = ASK_HOOK, .word = hook };

	return ask_all(kernel, &question);
}

/* Of the enumerations everything is there; what no kernel took needs an option. */
static enum table_answer ask_type(const struct kernel *kernel, uint32_t type,
				  const char *enumeration, bool is_map)
{
	if (type > highest(kernel, enumeration))
		return TABLE_NO;
	for (size_t i = 0; i < n_probed_kernels && type < 64; i++)
		if ((is_map ? probed_kernels[i].maps : probed_kernels[i].programs) >> type & 1)
			return TABLE_YES;
	return TABLE_UNKNOWN;
}

enum table_answer kernel_table_program_type(const struct kernel *kernel, uint32_t type)
{
	return ask_type(kernel, type, "bpf_prog_type", false);
}

enum table_answer kernel_table_map_type(const struct kernel *kernel, uint32_t type)
{
	return ask_type(kernel, type, "bpf_map_type", true);
}

const char *kernel_table_helper_works(const char *program, uint32_t helper)
{
	struct question question = { ASK_HELPER, program, helper };

	for (size_t i = 0; i < n_probed_kernels; i++)
		if (ask_one(&probed_kernels[i], &question) == TABLE_YES)
			return probed_kernels[i].release;
	return NULL;
}
