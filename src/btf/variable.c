// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/variable.h"

#include <elf.h>
#include <linux/bpf.h>

#include "base/alloc.h"
#include "btf/type.h"

static bool is_data_section(const char *name)
{
	static const char *const names[] = { ".rodata", ".data", ".bss" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i]);

		if (!strncmp(name, names[i], len) && (!name[len] || name[len] == '.'))
			return true;
	}
	return false;
}

/* Type of the variable by its BTF_KIND_VAR; 0: there is none, or it is not global. */
static uint32_t type_of(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_VAR);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

	if (!type || btf_var(type)->linkage != BTF_VAR_GLOBAL_ALLOCATED)
		return 0;
	return type->type;
}

static int add(const struct object *object, const struct btf *btf,
	       const struct object_symbol *symbol, struct variables *out, struct err *err)
{
	const struct object_section *section = &object->sections[symbol->section];
	struct variable *v = &out->items[out->n_items];
	uint32_t type_id = type_of(btf, symbol->name);
	struct type_info info;

	if (!type_id)
		return 0;
	if (type_describe(btf, type_id, &info, err) < 0)
		return err_wrap(err, "variable %s", symbol->name);
	if (symbol->value > section->size || info.size > section->size - symbol->value)
		return err_set(err, EC_CORRUPT, "variable %s passes the end of %s", symbol->name,
			       section->name);
	*v = (struct variable){
		.name = symbol->name,
		.section = section->name,
		.offset = symbol->value,
		.size = info.size,
		.type_id = type_id,
		.initial = section->data.len ? section->data.data + symbol->value : NULL,
		.is_read_only = text_starts(section->name, ".rodata"),
	};
	out->n_items++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;
	int order = strcmp(x->section, y->section);

	/* .rodata, where flags usually are, first */
	if (x->is_read_only != y->is_read_only)
		return y->is_read_only - x->is_read_only;
	return order ? order : x->offset < y->offset ? -1 : x->offset > y->offset;
}

int variables_find(const struct object *object, const struct btf *btf, struct variables *out,
		   struct err *err)
{
	AUTO(variables) struct variables list = { 0 };

	list.items = mem_array(object->n_symbols, sizeof(*list.items));
	for (size_t i = 0; i < object->n_symbols; i++) {
		const struct object_symbol *symbol = &object->symbols[i];

		if (symbol->type != STT_OBJECT || symbol->binding != STB_GLOBAL ||
		    symbol->section >= object->n_sections ||
		    !is_data_section(object->sections[symbol->section].name))
			continue;
		if (add(object, btf, symbol, &list, err) < 0)
			return -1;
	}
	qsort(list.items, list.n_items, sizeof(*list.items), compare);
	*out = list;
	list = (struct variables){ 0 };
	return 0;
}

void variables_done(struct variables *variables)
{
	free(variables->items);
	variables->items = NULL;
	variables->n_items = 0;
}

/* By the variable's symbol, or by its section's, where the instruction holds the offset. */
static bool refers(const struct object *object, const struct object_section *code,
		   const struct object_relocation *relocation, const struct variable *variable)
{
	const struct object_symbol *symbol = &object->symbols[relocation->symbol];
	struct bpf_insn insn;

	if (symbol->type != STT_SECTION)
		return !strcmp(symbol->name, variable->name);
	if (symbol->section >= object->n_sections ||
	    strcmp(object->sections[symbol->section].name, variable->section) ||
	    relocation->offset > code->data.len ||
	    code->data.len - relocation->offset < sizeof(insn))
		return false;
	memcpy(&insn, code->data.data + relocation->offset, sizeof(insn));
	return (uint32_t)insn.imm >= variable->offset &&
	       (uint32_t)insn.imm - variable->offset < variable->size;
}

int variable_is_used(const struct object *object, const struct variable *variable, bool *out,
		     struct err *err)
{
	*out = false;
	for (size_t i = 1; i < object->n_sections && !*out; i++) {
		AUTO(free) struct object_relocation *relocations = NULL;
		size_t n;

		if (!(object->sections[i].flags & SHF_EXECINSTR))
			continue;
		if (object_relocations(object, i, &relocations, &n, err) < 0)
			return -1;
		for (size_t r = 0; r < n && !*out; r++)
			*out = refers(object, &object->sections[i], &relocations[r], variable);
	}
	return 0;
}

bool variable_is_flag(const struct variable *variable)
{
	return !text_starts(variable->name, "__") && !text_ends(variable->name, "_lost");
}
