// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/prototype.h"

#include <bpf/btf.h>
#include <string.h>

#include "base/alloc.h"
#include "kernel/tables.h"

#define ARGUMENTS_MOST 12 /* MAX_BPF_FUNC_ARGS */
#define REGISTERS_X86 6
#define REGISTERS_ARM64 8
#define STRUCT_MOST 16 /* bytes of a struct by value */

bool prototype_of_function(struct kernel *kernel, const char *name, struct prototype *out)
{
	const struct kernel_part *part;
	const struct btf_type *type = kernel_find(kernel, name, BTF_KIND_FUNC, &part, NULL);

	if (!type)
		return false;
	type = raw_btf_at(&part->btf, type->type);
	if (!type || !btf_is_func_proto(type))
		return false;
	*out = (struct prototype){ &part->btf, type, 0 };
	return true;
}

bool prototype_of_tracepoint(struct kernel *kernel, const char *name, struct prototype *out)
{
	AUTO(free) char *wanted = mem_printf("btf_trace_%s", name);
	const struct kernel_part *part;
	const struct btf_type *type = kernel_find(kernel, wanted, BTF_KIND_TYPEDEF, &part, NULL);

	if (!type)
		return false;
	type = raw_btf_strip(&part->btf, type->type, NULL);
	if (type && btf_is_ptr(type))
		type = raw_btf_strip(&part->btf, type->type, NULL);
	if (!type || !btf_is_func_proto(type))
		return false;
	*out = (struct prototype){ &part->btf, type, 1 };
	return true;
}

static uint32_t slots_of(const struct prototype *prototype, uint32_t parameter)
{
	int64_t size = raw_btf_size(prototype->btf, btf_params(prototype->type)[parameter].type);

	return size > 8 ? (uint32_t)((size + 7) / 8) : 1;
}

uint32_t prototype_slots(const struct prototype *prototype)
{
	uint32_t n = 0;

	for (uint32_t i = prototype->first; i < btf_vlen(prototype->type); i++)
		n += slots_of(prototype, i);
	return n;
}

static bool takes_struct(const struct prototype *prototype, int64_t least)
{
	for (uint32_t i = 0; i < btf_vlen(prototype->type); i++) {
		uint32_t id = btf_params(prototype->type)[i].type;
		const struct btf_type *type = raw_btf_strip(prototype->btf, id, NULL);

		if (type && btf_is_composite(type) && type->size >= least)
			return true;
	}
	return false;
}

static bool is_variadic(const struct prototype *prototype)
{
	uint32_t n = btf_vlen(prototype->type);

	return n && btf_params(prototype->type)[n - 1].type == 0;
}

/* Does it take more arguments than the kernel can hand on? */
static bool has_stack_arguments(const struct prototype *prototype, struct kernel *kernel)
{
	uint32_t n = prototype_slots(prototype);

	if (kernel->arch && !strcmp(kernel->arch, "x86_64"))
		return n > REGISTERS_X86 &&
		       kernel_table_feature(kernel, FEATURE_STACK_ARGUMENTS) == TABLE_NO;
	if (kernel->arch && !strcmp(kernel->arch, "aarch64"))
		return n > REGISTERS_ARM64 &&
		       kernel_table_feature(kernel, FEATURE_STACK_ARGUMENTS_ARM64) == TABLE_NO;
	return false;
}

const char *prototype_refusal(const struct prototype *prototype, struct kernel *kernel)
{
	const struct btf_type *result = raw_btf_strip(prototype->btf, prototype->type->type, NULL);

	if (is_variadic(prototype))
		return "its arguments are not fixed (…)";
	if (btf_vlen(prototype->type) > ARGUMENTS_MOST)
		return "it has too many arguments";
	if (result && btf_is_composite(result))
		return "it returns a struct";
	if (takes_struct(prototype, STRUCT_MOST + 1))
		return "it takes a large struct by value";
	if (takes_struct(prototype, 0) &&
	    kernel_table_feature(kernel, FEATURE_STRUCT_ARGUMENTS) == TABLE_NO)
		return "it takes a struct by value";
	if (has_stack_arguments(prototype, kernel))
		return "it has more arguments than there are registers for them";
	return NULL;
}

static const struct btf_type *parameter_at(const struct prototype *prototype, uint32_t slot)
{
	for (uint32_t i = prototype->first; i < btf_vlen(prototype->type); i++) {
		uint32_t n = slots_of(prototype, i);

		if (slot < n)
			return raw_btf_strip(prototype->btf, btf_params(prototype->type)[i].type,
					     NULL);
		slot -= n;
	}
	return NULL; /* the result, or nothing */
}

bool prototype_hides(const struct prototype *prototype, struct kernel *kernel, uint32_t slot)
{
	const struct btf_type *type = parameter_at(prototype, slot);

	if (!type || !btf_is_ptr(type) || type->type == 0)
		return false;
	type = raw_btf_strip(prototype->btf, type->type, NULL);
	if (!type || btf_is_composite(type) || btf_kind(type) == BTF_KIND_UNKN)
		return false;
	if (btf_is_int(type)) /* characters always */
		return type->size != 1 &&
		       kernel_table_feature(kernel, FEATURE_NUMBER_POINTERS) == TABLE_NO;
	return kernel_table_feature(kernel, FEATURE_ANY_POINTERS) == TABLE_NO;
}
