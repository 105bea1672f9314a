// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Tables of functions for the kernel (struct_ops): libbpf, bpf_map__init_kern_struct_ops(). */
#include "base/alloc.h"
#include "check/verdict_priv.h"

static bool has_member(const struct raw_btf *btf, const struct btf_type *type, const char *name)
{
	for (uint32_t i = 0; i < btf_vlen(type); i++)
		if (!strcmp(raw_btf_name(btf, btf_members(type)[i].name_off), name))
			return true;
	return false;
}

static void check_members(struct job *job, const struct btf_type *own, const char *name,
			  const struct kernel_part *part, const struct btf_type *type)
{
	const struct raw_btf *raw = &job->subject->raw;

	for (uint32_t i = 0; i < btf_vlen(own); i++) {
		const char *member = raw_btf_name(raw, btf_members(own)[i].name_off);
		AUTO(free) char *what = NULL;
		struct finding *finding;

		if (!*member || has_member(&part->btf, type, member))
			continue;
		what = mem_printf("struct %s.%s", name, member);
		/* newer libbpf passes over those that are not set */
		finding = verdict_add(
			job, job->rules->has_kfunc_flavours ? FINDING_UNKNOWN : FINDING_MISSING,
			FIND_STRUCT_OPS, FINDING_OBJECT, what);
		verdict_why(finding, "struct %s has no '%s' in this kernel", name, member);
	}
}

static void check_table(struct job *job, uint32_t type_id)
{
	const struct raw_btf *raw = &job->subject->raw;
	const struct btf_type *own = raw_btf_strip(raw, type_id, NULL), *type;
	const struct kernel_part *part = NULL;
	AUTO(free) char *name = NULL;
	AUTO(free) char *registered = NULL;
	struct finding *finding;

	if (!own || !btf_is_struct(own))
		return;
	name = mem_text(raw_btf_name(raw, own->name_off));
	if (job->rules->has_kfunc_flavours)
		name[raw_btf_essential(name)] = '\0';
	registered = mem_printf("bpf_struct_ops_%s", name);
	type = kernel_find(job->kernel, name, BTF_KIND_STRUCT, &part, NULL);
	if (!type || !kernel_find(job->kernel, registered, BTF_KIND_STRUCT, NULL, NULL)) {
		finding = verdict_add(job, FINDING_MISSING, FIND_STRUCT_OPS, FINDING_OBJECT, name);
		verdict_why(finding, "the kernel does not take a struct %s from eBPF", name);
		return;
	}
	check_members(job, own, name, part, type);
}

void verdict_struct_ops(struct job *job)
{
	static const char *const sections[] = { ".struct_ops", ".struct_ops.link" };
	const struct btf *btf = job->subject->btf;

	for (size_t i = 0; btf && i < ARRAY_SIZE(sections); i++) {
		int32_t id = btf__find_by_name_kind(btf, sections[i], BTF_KIND_DATASEC);
		const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

		for (uint32_t k = 0; type && k < btf_vlen(type); k++) {
			const struct btf_type *var =
				btf__type_by_id(btf, btf_var_secinfos(type)[k].type);

			if (var && btf_is_var(var))
				check_table(job, var->type);
		}
	}
}
