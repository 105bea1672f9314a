// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <linux/bpf.h>

#include "base/alloc.h"
#include "btf/kernel_word.h"
#include "btf/type.h"
#include "check/map_use.h"
#include "check/offers.h"
#include "check/verdict_priv.h"
#include "kernel/live_try.h"
#include "kernel/tables.h"

static void check_types(struct job *job)
{
	const struct needs_list *maps = &job->subject->maps;

	for (size_t i = 0; i < maps->n_items && !job->kernel->is_partial; i++) {
		enum offer offer =
			offers_word(job->kernel, "bpf_map_type", "BPF_MAP_TYPE_", maps->items[i]);
		struct finding *finding;

		uint32_t type = kernel_map_number(maps->items[i]);

		if (offer == OFFER_YES && verdict_tries(job) && live_map(type) == LIVE_NO)
			offer = OFFER_NO;
		if (offer == OFFER_YES && !job->rules->wants_all)
			continue;
		finding = verdict_add(job, FINDING_OK, FIND_MAP, FINDING_OBJECT, maps->items[i]);
		if (offer != OFFER_NO)
			continue;
		finding->level = FINDING_MISSING;
		verdict_why(finding, "there is no map type %s", maps->items[i]);
		finding->since = kernel_table_map_since(type);
	}
}

/* Those that the kernel does not make without a size; ring buffers get one from epm. */
static bool needs_size(uint32_t type)
{
	static const uint32_t types[] = {
		BPF_MAP_TYPE_HASH,	   BPF_MAP_TYPE_ARRAY,	      BPF_MAP_TYPE_PERCPU_HASH,
		BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_LRU_HASH,     BPF_MAP_TYPE_LRU_PERCPU_HASH,
		BPF_MAP_TYPE_LPM_TRIE,	   BPF_MAP_TYPE_STACK_TRACE,  BPF_MAP_TYPE_QUEUE,
		BPF_MAP_TYPE_STACK,	   BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_ARRAY_OF_MAPS,
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

static void check_size(struct job *job, const char *name)
{
	struct check_subject *s = job->subject;
	struct map_definition map;
	struct finding *finding;

	for (size_t i = 0; i < s->sized.n_items; i++)
		if (!strcmp(s->sized.items[i], name))
			return;
	if (!map_definition_find(s->btf, name, &map) || map.max_entries || !needs_size(map.type))
		return;
	finding = verdict_add(job, FINDING_OPEN, FIND_MAP, FINDING_OBJECT, name);
	verdict_why(finding, "map %s has no size (max_entries of the configuration)", name);
}

void verdict_maps(struct job *job)
{
	const struct btf *btf = job->subject->btf;
	int32_t id = btf ? btf__find_by_name_kind(btf, ".maps", BTF_KIND_DATASEC) : 0;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

	check_types(job);
	for (uint32_t i = 0; type && i < btf_vlen(type); i++)
		check_size(job, type_name(btf, btf_var_secinfos(type)[i].type));
}
