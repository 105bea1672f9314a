// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/needs.h"

#include <elf.h>
#include <linux/bpf.h>

#include "base/alloc.h"
#include "btf/kernel_word.h"
#include "btf/needs_core.h"
#include "btf/program_kind.h"

/* Newer than Debian 12's <linux/bpf.h> */
#define MODE_MEMSX 0x80	  /* BPF_MEMSX: load with sign */
#define JUMP_COND 0xe0	  /* BPF_JCOND: may_goto */
#define ATOMIC_LOAD 0x100 /* BPF_LOAD_ACQ; BPF_STORE_REL is one more */
#define ATOMIC_STORE 0x110

static void at_least(struct needs *needs, unsigned int isa)
{
	if (needs->isa < isa)
		needs->isa = isa;
}

static unsigned int isa_of_alu(const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);

	if (op == BPF_END) /* of 64-bit class: bswap */
		return BPF_CLASS(insn->code) == BPF_ALU64 ? 4 : 1;
	if ((op == BPF_MOV || op == BPF_DIV || op == BPF_MOD) && insn->off != 0)
		return 4; /* movsx, sdiv, smod */
	return 1;
}

static unsigned int isa_of_jump(const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);

	if (BPF_CLASS(insn->code) == BPF_JMP32)
		return op == BPF_JA ? 4 : 3; /* gotol */
	if (op == JUMP_COND)
		return 4;
	return op == BPF_JLT || op == BPF_JLE || op == BPF_JSLT || op == BPF_JSLE ? 2 : 1;
}

/* Documentation/bpf/standardization/instruction-set.rst; what clang's -mcpu=vN may emit */
static unsigned int isa_of(const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return isa_of_alu(insn);
	case BPF_JMP:
	case BPF_JMP32:
		return isa_of_jump(insn);
	case BPF_LDX:
		return BPF_MODE(insn->code) == MODE_MEMSX ? 4 : 1;
	case BPF_STX:
		if (BPF_MODE(insn->code) != BPF_ATOMIC || insn->imm == BPF_ADD)
			return 1;
		return insn->imm == ATOMIC_LOAD || insn->imm == ATOMIC_STORE ? 4 : 3;
	default:
		return 1;
	}
}

static void add_helper(struct needs *needs, uint32_t id)
{
	const char *word = kernel_helper_word(id);
	AUTO(free) char *number = NULL;

	if (!word)
		word = number = mem_printf("helper#%u", id);
	needs_list_add(&needs->helpers, word);
	needs->gpl = needs->gpl || kernel_helper_is_gpl(id);
}

/* marks: of those that count; NULL: all. */
static void read_instructions(const struct object_section *section, const uint8_t *marks,
			      struct needs *needs)
{
	struct bpf_insn insn;

	for (size_t at = 0; at + sizeof(insn) <= section->data.len; at += sizeof(insn)) {
		memcpy(&insn, section->data.data + at, sizeof(insn));
		if (marks && !marks[at / sizeof(insn)])
			continue;
		at_least(needs, isa_of(&insn));
		if (insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == 0)
			add_helper(needs, insn.imm);
		if (insn.code == (BPF_LD | BPF_IMM | BPF_DW))
			at += sizeof(insn); /* its second half is no instruction */
	}
}

static bool is_code(const struct object_section *section)
{
	return section->type == SHT_PROGBITS && (section->flags & SHF_EXECINSTR);
}

static void read_kind(const char *section, struct needs *needs)
{
	struct span target;
	const struct program_kind *kind = program_kind_of(section, &target);
	AUTO(free) char *text = NULL;

	if (!kind)
		return;
	needs_list_add(&needs->program_types, kind->type);
	if (kernel_word_is_sensitive(kind->section))
		needs_list_add(&needs->sensitive, kind->section);
	needs->kernel_btf = needs->kernel_btf || kind->kernel_btf;
	/* the verifier: LSM and struct_ops programs have to be under the GPL */
	needs->gpl = needs->gpl || !strcmp(kind->type, "lsm") || !strcmp(kind->type, "struct_ops");
	if (!target.len)
		return;
	text = mem_printf("%s/%.*s", kind->section, (int)target.len, target.data);
	needs_list_add(&needs->attach_targets, text);
}

static void read_sections(const struct object *object, const struct needs_filter *filter,
			  struct needs *needs)
{
	for (size_t i = 1; i < object->n_sections; i++) {
		const struct object_section *section = &object->sections[i];

		if (is_code(section)) {
			read_instructions(section, filter ? filter->insns[i] : NULL, needs);
			if (section->size && strcmp(section->name, ".text") != 0 &&
			    (!filter || filter->programs[i]))
				read_kind(section->name, needs);
		} else if (section->size && (text_starts(section->name, ".rodata") ||
					     text_starts(section->name, ".data") ||
					     text_starts(section->name, ".bss"))) {
			needs_list_add(&needs->map_types, "array"); /* libbpf keeps globals so */
		}
	}
}

static void add_sensitive(const struct needs_list *from, struct needs_list *to)
{
	for (size_t i = 0; i < from->n_items; i++)
		if (kernel_word_is_sensitive(from->items[i]))
			needs_list_add(to, from->items[i]);
}

static void conclude(struct needs *needs)
{
	add_sensitive(&needs->program_types, &needs->sensitive);
	add_sensitive(&needs->helpers, &needs->sensitive);
	add_sensitive(&needs->kfuncs, &needs->sensitive);
	needs->kernel_btf = needs->kernel_btf || needs->kfuncs.n_items || needs->ksyms.n_items;
	needs->gpl = needs->gpl || needs->kfuncs.n_items;
	needs_list_sort(&needs->program_types);
	needs_list_sort(&needs->attach_targets);
	needs_list_sort(&needs->helpers);
	needs_list_sort(&needs->kfuncs);
	needs_list_sort(&needs->ksyms);
	needs_list_sort(&needs->map_types);
	needs_list_sort(&needs->sensitive);
}

static void auto_btf(struct btf **btf)
{
	btf__free(*btf);
}

static bool asks_only(enum bpf_core_relo_kind kind)
{
	return kind == BPF_CORE_FIELD_EXISTS || kind == BPF_CORE_TYPE_EXISTS ||
	       kind == BPF_CORE_TYPE_MATCHES || kind == BPF_CORE_ENUMVAL_EXISTS;
}

/* Does an instruction count? */
static bool counts(const struct object *object, const struct needs_filter *filter,
		   const char *section, uint32_t offset)
{
	for (size_t i = 1; i < object->n_sections; i++)
		if (!strcmp(object->sections[i].name, section))
			return filter->insns[i] && offset < object->sections[i].data.len &&
			       filter->insns[i][offset / sizeof(struct bpf_insn)];
	return false;
}

/* Of the relocations those stay that the filter lets through. */
static void drop_uncounted(const struct object *object, const struct needs_filter *filter,
			   struct ext_info *info)
{
	size_t n = 0;

	for (size_t i = 0; filter && i < info->n_relos; i++)
		if (!(filter->is_strict && asks_only(info->relos[i].kind)) &&
		    counts(object, filter, info->relos[i].section, info->relos[i].insn_off))
			info->relos[n++] = info->relos[i];
	if (filter)
		info->n_relos = n;
}

static int read_btf(const struct object *object, const char *what,
		    const struct needs_filter *filter, struct needs *needs, struct err *err)
{
	const struct object_section *section = object_find(object, ".BTF");
	const struct object_section *ext = object_find(object, ".BTF.ext");
	AUTO(raw_btf) struct raw_btf raw = { 0 };
	AUTO(ext_info) struct ext_info info = { 0 };
	AUTO(btf) struct btf *btf = NULL;
	struct span none = { "", 0 };

	if (!section)
		return 0;
	if (raw_btf_open(section->data, what, &raw, err) < 0 ||
	    ext_info_read(ext ? ext->data : none, &raw, what, &info, err) < 0)
		return -1;
	btf = btf__new(section->data.data, section->data.len);
	if (!btf)
		return err_set(err, EC_CORRUPT, "%s: .BTF is damaged", what);
	needs_maps(btf, needs);
	needs_ksyms(btf, object, filter, needs);
	drop_uncounted(object, filter, &info);
	return needs_core(btf, &info, what, needs, err);
}

int needs_find(const struct object *object, const char *what, const struct needs_filter *filter,
	       struct needs *out, struct err *err)
{
	AUTO(needs) struct needs needs = { .isa = 1 };

	read_sections(object, filter, &needs);
	if (read_btf(object, what, filter, &needs, err) < 0)
		return -1;
	conclude(&needs);
	*out = needs;
	needs = (struct needs){ 0 };
	return 0;
}
