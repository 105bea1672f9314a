// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/code.h"

#include <elf.h>

#include "base/alloc.h"
#include "base/limits.h"

static bool is_code(const struct object_section *section)
{
	return section->type == SHT_PROGBITS && (section->flags & SHF_EXECINSTR) &&
	       section->data.len >= sizeof(struct bpf_insn);
}

static void mark(struct code_section *s, int64_t insn)
{
	if (insn >= 0 && insn < s->n)
		s->is_leader[insn] = 1;
}

static bool is_jump(const struct bpf_insn *insn)
{
	uint8_t class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

static void find_leaders(struct code_section *s)
{
	s->is_leader[0] = 1;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct bpf_insn *insn = &s->original[i];
		bool is_long = insn->code == (BPF_JMP32 | BPF_JA);

		if (is_jump(insn)) {
			mark(s, (int64_t)i + 1 + (is_long ? insn->imm : insn->off));
			mark(s, (int64_t)i + 1);
		}
		i += code_is_wide(insn);
	}
}

static int read_section(struct code *code, uint32_t index, const char *what, struct err *err)
{
	const struct object_section *from = &code->object->sections[index];
	struct code_section *s = &code->sections[index];

	s->n = from->data.len / sizeof(struct bpf_insn);
	s->insns = mem_array(s->n, sizeof(*s->insns));
	memcpy(s->insns, from->data.data, (size_t)s->n * sizeof(*s->insns));
	s->original = mem_copy(s->insns, (size_t)s->n * sizeof(*s->insns));
	s->relocation = mem_array(s->n, sizeof(*s->relocation));
	s->is_leader = mem_array(s->n, 1);
	find_leaders(s);
	if (object_relocations(code->object, index, &s->relocations, &s->n_relocations, err) < 0)
		return err_wrap(err, "%s", what);
	for (size_t i = 0; i < s->n_relocations; i++) {
		uint64_t at = s->relocations[i].offset / sizeof(struct bpf_insn);

		if (at >= s->n)
			return err_set(err, EC_CORRUPT,
				       "%s: section %s: relocation %zu passes the end", what,
				       from->name, i);
		s->relocation[at] = i + 1;
	}
	code->n_insns += s->n;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct code_function *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

static bool is_function(const struct code *code, const struct object_symbol *symbol)
{
	return symbol->type == STT_FUNC && symbol->section < code->n_sections &&
	       code->sections[symbol->section].insns && symbol->size;
}

static int read_functions(struct code *code, const char *what, struct err *err)
{
	const struct object *object = code->object;
	size_t n_entries = 0;

	code->functions = mem_array(object->n_symbols, sizeof(*code->functions));
	for (size_t i = 0; i < object->n_symbols; i++) {
		const struct object_symbol *symbol = &object->symbols[i];
		struct code_function *f = &code->functions[code->n_functions];

		if (!is_function(code, symbol))
			continue;
		f->name = symbol->name;
		f->section = symbol->section;
		f->start = symbol->value / sizeof(struct bpf_insn);
		f->n = symbol->size / sizeof(struct bpf_insn);
		f->is_global = symbol->binding != STB_LOCAL;
		f->is_alone = f->is_global && symbol->visibility == STV_DEFAULT;
		if (symbol->value / sizeof(struct bpf_insn) > code->sections[f->section].n ||
		    symbol->size / sizeof(struct bpf_insn) >
			    code->sections[f->section].n - f->start ||
		    !f->n)
			return err_set(err, EC_CORRUPT, "%s: function %s passes its section", what,
				       symbol->name);
		f->is_entry = strcmp(object->sections[f->section].name, ".text") != 0;
		n_entries += f->is_entry;
		code->sections[f->section].is_leader[f->start] = 1;
		code->n_functions++;
	}
	/* a program that is alone in .text is one all the same */
	if (!n_entries && code->n_functions == 1)
		code->functions[0].is_entry = true;
	qsort(code->functions, code->n_functions, sizeof(*code->functions), by_place);
	return 0;
}

int code_open(const struct object *object, const char *what, struct code *out, struct err *err)
{
	AUTO(code) struct code code = { .object = object, .n_sections = object->n_sections };

	code.sections = mem_array(object->n_sections, sizeof(*code.sections));
	for (uint32_t i = 1; i < object->n_sections; i++)
		if (is_code(&object->sections[i]) && read_section(&code, i, what, err) < 0)
			return -1;
	if (read_functions(&code, what, err) < 0)
		return -1;
	*out = code;
	code = (struct code){ 0 };
	return 0;
}

void code_done(struct code *code)
{
	for (size_t i = 0; code->sections && i < code->n_sections; i++) {
		struct code_section *s = &code->sections[i];

		free(s->insns);
		free(s->original);
		free(s->relocation);
		free(s->relocations);
		free(s->is_leader);
	}
	free(code->sections);
	free(code->functions);
	*code = (struct code){ 0 };
}

void code_reset(struct code *code)
{
	for (size_t i = 0; i < code->n_sections; i++) {
		struct code_section *s = &code->sections[i];

		if (s->insns)
			memcpy(s->insns, s->original, (size_t)s->n * sizeof(*s->insns));
	}
}

const struct object_symbol *code_symbol(const struct code *code, uint32_t section, uint32_t insn)
{
	const struct code_section *s = &code->sections[section];
	uint32_t index = s->relocation[insn];

	return index ? &code->object->symbols[s->relocations[index - 1].symbol] : NULL;
}

const struct code_function *code_function_at(const struct code *code, uint32_t section,
					     uint32_t insn)
{
	size_t low = 0, high = code->n_functions;
	const struct code_function *f;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		f = &code->functions[middle];
		if (f->section < section || (f->section == section && f->start <= insn))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	f = &code->functions[low - 1];
	return f->section == section && insn - f->start < f->n ? f : NULL;
}

const struct code_function *code_find(const struct code *code, const char *name)
{
	for (size_t i = 0; i < code->n_functions; i++)
		if (!strcmp(code->functions[i].name, name))
			return &code->functions[i];
	return NULL;
}

bool code_is_extern(const struct object_symbol *symbol)
{
	return symbol && symbol->section == SHN_UNDEF && *symbol->name;
}

const struct code_function *code_callee(const struct code *code, uint32_t section, uint32_t insn)
{
	const struct bpf_insn *at = &code->sections[section].original[insn];
	const struct object_symbol *symbol = code_symbol(code, section, insn);
	int64_t target = (int64_t)insn + 1 + at->imm;

	if (symbol) {
		if (symbol->section >= code->n_sections || !code->sections[symbol->section].insns)
			return NULL;
		section = symbol->section;
		if (symbol->type != STT_SECTION)
			target = symbol->value / sizeof(struct bpf_insn);
		else if (code_is_wide(at))
			target = (uint32_t)at->imm / sizeof(struct bpf_insn);
		else
			target = (int64_t)at->imm + 1;
	}
	if (target < 0 || target >= code->sections[section].n)
		return NULL;
	return code_function_at(code, section, target);
}
