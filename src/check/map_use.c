// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/map_use.h"

#include <linux/bpf.h>
#include <string.h>

#include "base/alloc.h"
#include "btf/type.h"
#include "kernel/tables.h"

/* __uint(name, N) is a pointer to an array of N. */
static uint32_t number_of(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = type_stripped(btf, id);

	if (!btf_is_ptr(type))
		return 0;
	type = type_stripped(btf, type->type);
	return btf_is_array(type) ? btf_array(type)->nelems : 0;
}

/* __type(value, T) is a pointer to T. */
static void look_into_value(const struct btf *btf, uint32_t id, struct map_definition *out)
{
	const struct btf_type *type = type_stripped(btf, id);

	if (!btf_is_ptr(type))
		return;
	type = type_stripped(btf, type->type);
	for (uint32_t i = 0; btf_is_struct(type) && i < btf_vlen(type); i++) {
		const char *name = type_name(btf, type_strip(btf, btf_members(type)[i].type));

		out->has_lock = out->has_lock || !strcmp(name, "bpf_spin_lock");
		out->has_timer = out->has_timer || !strcmp(name, "bpf_timer");
	}
}

bool map_definition_find(const struct btf *btf, const char *name, struct map_definition *out)
{
	int32_t id = btf ? btf__find_by_name_kind(btf, name, BTF_KIND_VAR) : 0;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

	if (!type || !btf_is_struct(type_stripped(btf, type->type)))
		return false;
	type = type_stripped(btf, type->type);
	*out = (struct map_definition){ 0 };
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *word = type_text(btf, member->name_off);

		if (!strcmp(word, "type"))
			out->type = number_of(btf, member->type);
		else if (!strcmp(word, "map_flags"))
			out->flags = number_of(btf, member->type);
		else if (!strcmp(word, "max_entries"))
			out->max_entries = number_of(btf, member->type);
		else if (!strcmp(word, "value"))
			look_into_value(btf, member->type, out);
	}
	return out->type != 0;
}

static bool is_sleeping(const struct check_program *program)
{
	size_t len = strcspn(program->own_section, "/");

	return !strcmp(program->kind->type, "syscall") ||
	       (len > 2 && !memcmp(program->own_section + len - 2, ".s", 2));
}

/* is_tracing_prog_type() */
static bool is_tracing(const struct check_program *program)
{
	static const char *const types[] = { "kprobe", "tracepoint", "perf_event", "raw_tracepoint",
					     "raw_tracepoint_writable" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(program->kind->type, types[i]))
			return true;
	return false;
}

static bool may_grow(const struct map_definition *map)
{
	return map->flags & BPF_F_NO_PREALLOC &&
	       (map->type == BPF_MAP_TYPE_HASH || map->type == BPF_MAP_TYPE_PERCPU_HASH ||
		map->type == BPF_MAP_TYPE_HASH_OF_MAPS);
}

const char *map_use_refusal(struct kernel *kernel, const struct check_program *program,
			    const struct map_definition *map)
{
	if (!program->kind)
		return NULL;
	if (is_tracing(program) && map->has_lock)
		return "programs of this kind may not use a map with a bpf_spin_lock";
	if (is_tracing(program) && map->has_timer &&
	    kernel_table_feature(kernel, FEATURE_TIMERS) != TABLE_NO &&
	    kernel_table_feature(kernel, FEATURE_TRACING_TIMERS) == TABLE_NO)
		return "programs of this kind may not use a map with a bpf_timer";
	if (is_sleeping(program) && kernel_table_map_sleeps(kernel, map->type) == TABLE_NO)
		return "programs that may sleep may not use a map of this type";
	if ((is_sleeping(program) || !strcmp(program->kind->type, "perf_event")) && may_grow(map) &&
	    kernel_table_feature(kernel, FEATURE_GROWING_MAPS) == TABLE_NO)
		return "programs of this kind may not use a map with BPF_F_NO_PREALLOC";
	return NULL;
}
