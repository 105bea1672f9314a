// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* libbpf, bpf_object__collect_st_ops_relos() */
#include "check/members.h"

#include <elf.h>

#include "base/alloc.h"

struct table {
	const struct check_subject *subject;
	struct kernel *kernel;
	struct target_answer *answers;
	uint32_t section; /* ".struct_ops" */
};

/* The variable of the section that has this offset. */
static const struct object_symbol *find_variable(const struct table *t, uint64_t offset)
{
	const struct object *object = t->subject->object;

	for (size_t i = 0; i < object->n_symbols; i++) {
		const struct object_symbol *s = &object->symbols[i];

		if (s->type == STT_OBJECT && s->section == t->section && offset >= s->value &&
		    offset - s->value < s->size)
			return s;
	}
	return NULL;
}

/* The struct that a variable is of; NULL: it is none, BTF does not know it. */
static const struct btf_type *find_struct(const struct check_subject *s, const char *variable)
{
	int32_t id = btf__find_by_name_kind(s->btf, variable, BTF_KIND_VAR);
	const struct btf_type *var = id > 0 ? btf__type_by_id(s->btf, id) : NULL;
	const struct btf_type *type = var ? raw_btf_strip(&s->raw, var->type, NULL) : NULL;

	return type && btf_is_struct(type) ? type : NULL;
}

static const char *member_at(const struct raw_btf *raw, const struct btf_type *type,
			     uint64_t offset)
{
	for (uint32_t i = 0; i < btf_vlen(type); i++)
		if (!btf_kflag(type) && btf_members(type)[i].offset == offset * 8)
			return raw_btf_name(raw, btf_members(type)[i].name_off);
	return NULL;
}

/* A member of the kernel's struct that points to functions. */
static bool find_prototype(struct kernel *kernel, const char *type_name, const char *member,
			   struct prototype *out)
{
	const struct kernel_part *part;
	const struct btf_type *type = kernel_find(kernel, type_name, BTF_KIND_STRUCT, &part, NULL);

	for (uint32_t i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_type *to;

		if (strcmp(raw_btf_name(&part->btf, btf_members(type)[i].name_off), member) != 0)
			continue;
		to = raw_btf_strip(&part->btf, btf_members(type)[i].type, NULL);
		if (to && btf_is_ptr(to))
			to = raw_btf_strip(&part->btf, to->type, NULL);
		if (!to || !btf_is_func_proto(to))
			return false;
		*out = (struct prototype){ &part->btf, to, 0 };
		return true;
	}
	return false;
}

/* The program whose address a relocation puts there; NULL: none of the programs. */
static struct target_answer *find_answer(const struct table *t,
					 const struct object_relocation *relocation)
{
	const struct check_subject *s = t->subject;
	const struct object_symbol *symbol = &s->object->symbols[relocation->symbol];
	uint64_t at = symbol->value;

	if (symbol->type == STT_SECTION) {
		const struct span data = s->object->sections[t->section].data;

		if (data.len < sizeof(at) || relocation->offset > data.len - sizeof(at))
			return NULL;
		memcpy(&at, data.data + relocation->offset, sizeof(at));
	}
	for (size_t i = 0; i < s->n_programs; i++) {
		const struct code_function *f = s->programs[i].function;

		if (f->section == symbol->section && f->start * sizeof(struct bpf_insn) == at)
			return &t->answers[i];
	}
	return NULL;
}

static void see_relocation(const struct table *t, const struct object_relocation *relocation)
{
	const struct object_symbol *variable = find_variable(t, relocation->offset);
	const struct btf_type *type = variable ? find_struct(t->subject, variable->name) : NULL;
	const char *member =
		type ? member_at(&t->subject->raw, type, relocation->offset - variable->value)
		     : NULL;
	struct target_answer *answer = member ? find_answer(t, relocation) : NULL;
	AUTO(free) char *name = NULL;

	if (!answer)
		return;
	name = mem_text(raw_btf_name(&t->subject->raw, type->name_off));
	name[raw_btf_essential(name)] = '\0';
	if (find_prototype(t->kernel, name, member, &answer->typed))
		answer->n_arguments = (int)prototype_slots(&answer->typed);
}

void members_find(const struct check_subject *subject, struct kernel *kernel,
		  struct target_answer *answers)
{
	const struct object *object = subject->object;

	for (uint32_t i = 1; subject->btf && i < object->n_sections; i++) {
		const struct table table = { subject, kernel, answers, i };
		AUTO(free) struct object_relocation *relocations = NULL;
		struct err ignored;
		size_t n = 0;

		if (strcmp(object->sections[i].name, ".struct_ops") != 0 &&
		    strcmp(object->sections[i].name, ".struct_ops.link") != 0)
			continue;
		if (object_relocations(object, i, &relocations, &n, &ignored) < 0)
			continue;
		for (size_t k = 0; k < n; k++)
			see_relocation(&table, &relocations[k]);
	}
}
