// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <linux/bpf.h>

#include "base/alloc.h"
#include "btf/kernel_word.h"
#include "check/map_use.h"
#include "check/offers.h"
#include "check/verdict_priv.h"
#include "kernel/live_try.h"
#include "kernel/tables.h"

#define HELPERS_MOST 512
#define KFUNC_CALL 2	  /* BPF_PSEUDO_KFUNC_CALL */
#define MODE_MEMSX 0x80	  /* as are the next: newer than Debian 12's <linux/bpf.h> */
#define JUMP_COND 0xe0	  /* may_goto */
#define ATOMIC_LOAD 0x100 /* load-acquire; store-release is one more */
#define ATOMIC_STORE 0x110

struct scan { /* of one program: each thing once, at the first place it is met */
	struct job *job;
	uint32_t program;
	bool has_helper[HELPERS_MOST];
	bool has_told[HELPERS_MOST]; /* that the kernel has it */
	bool has_feature[FEATURE_TRAMPOLINE + 1];
	bool *has_extern;
};

static struct finding *add(struct scan *scan, enum finding_kind kind, const char *what,
			   uint32_t section, uint32_t insn)
{
	enum finding_level level = verdict_level(scan->job, section, insn);
	struct finding *finding = verdict_add(scan->job, level, kind, scan->program, what);

	verdict_at(scan->job, finding, section, insn);
	if (level == FINDING_OPTION)
		finding->option = verdict_option(scan->job, scan->program, section, insn);
	return finding;
}

/* What there is, for those that want all. */
static void tell(struct scan *scan, enum finding_kind kind, const char *what, uint32_t section,
		 uint32_t insn)
{
	if (scan->job->rules->wants_all)
		verdict_at(scan->job, verdict_add(scan->job, FINDING_OK, kind, scan->program, what),
			   section, insn);
}

static const char *type_word(const struct scan *scan)
{
	const struct program_kind *kind = scan->job->subject->programs[scan->program].kind;

	return kind ? kind->section : "such";
}

/* How the running kernel is locked down against a helper (bpf_base_func_proto()); NULL: it is not. */
static const char *lockdown_of(const struct scan *scan, uint32_t helper)
{
	static const uint32_t readers[] = { BPF_FUNC_probe_read, BPF_FUNC_probe_read_str,
					    BPF_FUNC_probe_read_kernel,
					    BPF_FUNC_probe_read_kernel_str };
	const char *lockdown = scan->job->lockdown;

	if (!lockdown || helper == BPF_FUNC_probe_write_user)
		return lockdown;
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (helper == readers[i] && !strcmp(lockdown, "confidentiality"))
			return lockdown;
	return NULL;
}

/* Tried, where the kernel is the one that runs; else by what others of its kind do. */
static bool refuses_helper(struct job *job, const struct check_program *program, uint32_t id)
{
	enum live_answer tried = verdict_tries(job)
					 ? live_helper(job->kernel, program->own_section, id)
					 : LIVE_UNKNOWN;

	if (tried != LIVE_UNKNOWN)
		return tried == LIVE_NO;
	return kernel_table_helper(job->kernel, program->own_section, id) == TABLE_NO;
}

static void see_helper(struct scan *scan, uint32_t id, uint32_t section, uint32_t insn)
{
	const struct check_program *program = &scan->job->subject->programs[scan->program];
	AUTO(free) char *number = mem_printf("helper#%u", id);
	const char *word = kernel_helper_word(id) ? kernel_helper_word(id) : number;
	struct kernel *kernel = scan->job->kernel;
	struct finding *finding;

	if (id >= HELPERS_MOST || scan->has_helper[id])
		return;
	/* what an option switches on may come before what is always there */
	scan->has_helper[id] = scan->job->certain.marks[section][insn];
	if (kernel_helper_is_gpl(id) && !scan->job->subject->is_gpl) {
		verdict_why(add(scan, FIND_RIGHTS, word, section, insn),
			    "only programs with a GPL compatible licence may call it");
	} else if (lockdown_of(scan, id)) {
		verdict_why(add(scan, FIND_RIGHTS, word, section, insn),
			    "the kernel is locked down to %s", lockdown_of(scan, id));
	} else if (!kernel->is_partial && offers_value(kernel, "bpf_func_id", id) == OFFER_NO) {
		finding = add(scan, FIND_HELPER, word, section, insn);
		verdict_why(finding, "there is no helper %s", word);
		finding->since = kernel_table_helper_since(id);
	} else if (!kernel->is_partial && refuses_helper(scan->job, program, id)) {
		finding = add(scan, FIND_HELPER, word, section, insn);
		verdict_why(finding, "%s programs may not call it", type_word(scan));
		finding->since = kernel_table_helper_works(program->own_section, id);
	} else if (!scan->has_told[id]) {
		scan->has_told[id] = true;
		tell(scan, FIND_HELPER, word, section, insn);
	}
}

static void see_feature(struct scan *scan, int feature, uint32_t section, uint32_t insn)
{
	struct finding *finding;

	if (feature < 0 || scan->has_feature[feature])
		return;
	scan->has_feature[feature] = true;
	if (kernel_table_feature(scan->job->kernel, feature) != TABLE_NO)
		return;
	finding = add(scan, FIND_INSTRUCTION, kernel_table_feature_word(feature), section, insn);
	verdict_why(finding, "the kernel does not know them");
	finding->since = kernel_table_feature_since(feature);
}

/* Those that are not weak fail the whole object: verdict_object.c. */
static void see_external(struct scan *scan, const struct check_extern *e, uint32_t section,
			 uint32_t insn)
{
	const struct check_program *program = &scan->job->subject->programs[scan->program];
	enum reach_extern there = facts_extern(&scan->job->facts, e);
	size_t index = e - scan->job->subject->externs;
	struct finding *finding;

	if (scan->has_extern[index])
		return;
	scan->has_extern[index] = scan->job->certain.marks[section][insn];
	if (e->is_weak && there == REACH_EXTERN_ABSENT) {
		finding = add(scan, FIND_KFUNC, e->name, section, insn);
		verdict_why(finding, "there is no kernel function %s", e->name);
	} else if (there == REACH_EXTERN_PRESENT && !scan->job->kernel->is_partial &&
		   kernel_table_kfunc(scan->job->kernel, program->own_section, e->name) ==
			   TABLE_NO) {
		finding = add(scan, FIND_KFUNC, e->name, section, insn);
		verdict_why(finding, "%s programs may not call it", type_word(scan));
	} else if (e->is_weak && there == REACH_EXTERN_PRESENT) {
		tell(scan, FIND_KFUNC, e->name, section, insn); /* others: verdict_object.c */
	}
}

/* A pointer that is not to the program's context, which is a struct of the interface. */
static bool is_to_memory(const struct raw_btf *btf, uint32_t id)
{
	static const char *const contexts[] = { "__sk_buff",	   "xdp_md",	       "pt_regs",
						"user_pt_regs",	   "user_regs_struct", "sk_msg_md",
						"sk_reuseport_md", "seq_file",	       "" };
	const struct btf_type *type = raw_btf_strip(btf, id, NULL);
	const char *name;

	if (!type || !btf_is_ptr(type))
		return false;
	type = raw_btf_strip(btf, type->type, NULL);
	if (!type || !btf_is_composite(type))
		return type && btf_is_int(type);
	name = raw_btf_name(btf, type->name_off);
	for (size_t i = 0; i < ARRAY_SIZE(contexts); i++)
		if (!strcmp(name, contexts[i]))
			return false;
	return !text_starts(name, "bpf_");
}

static void see_function(struct scan *scan, uint32_t section, uint32_t insn)
{
	const struct check_subject *s = scan->job->subject;
	const struct code_function *f = code_callee(&s->code, section, insn);
	int32_t id = f && f->is_alone && s->btf
			     ? btf__find_by_name_kind(s->btf, f->name, BTF_KIND_FUNC)
			     : 0;
	const struct btf_type *proto =
		id > 0 ? raw_btf_at(&s->raw, raw_btf_type(&s->raw, id)->type) : NULL;

	for (uint32_t i = 0; proto && btf_is_func_proto(proto) && i < btf_vlen(proto); i++)
		if (is_to_memory(&s->raw, btf_params(proto)[i].type))
			see_feature(scan, FEATURE_GLOBAL_POINTERS, section, insn);
}

static void see_call(struct scan *scan, uint32_t section, uint32_t insn, const struct bpf_insn *in)
{
	const struct check_subject *s = scan->job->subject;
	const struct object_symbol *symbol = code_symbol(&s->code, section, insn);
	const struct check_extern *e;

	if (in->src_reg == 0 && in->imm != CORE_POISON)
		see_helper(scan, in->imm, section, insn);
	else if (in->src_reg == BPF_PSEUDO_CALL && !code_is_extern(symbol))
		see_function(scan, section, insn);
	if ((in->src_reg == BPF_PSEUDO_CALL || in->src_reg == KFUNC_CALL) &&
	    code_is_extern(symbol)) {
		e = check_find_extern(s, symbol->name);
		if (e && e->kind == EXTERN_FUNCTION)
			see_external(scan, e, section, insn);
	}
}

static int feature_of_alu(const struct bpf_insn *in)
{
	uint8_t op = BPF_OP(in->code);

	if (op == BPF_END)
		return BPF_CLASS(in->code) == BPF_ALU64 ? FEATURE_ISA_V4 : -1;
	if (op == BPF_MOV && BPF_CLASS(in->code) == BPF_ALU64 && in->off == 1)
		return FEATURE_ADDRESS_SPACES;
	return (op == BPF_MOV || op == BPF_DIV || op == BPF_MOD) && in->off ? FEATURE_ISA_V4 : -1;
}

static int feature_of_store(const struct bpf_insn *in)
{
	if (BPF_MODE(in->code) != BPF_ATOMIC || in->imm == BPF_ADD)
		return -1;
	if (in->imm == ATOMIC_LOAD || in->imm == ATOMIC_STORE)
		return FEATURE_LOAD_ACQUIRE;
	return FEATURE_ATOMICS;
}

/* What an instruction needs of the verifier that not each one has; -1: nothing. */
static int feature_of(const struct bpf_insn *in)
{
	switch (BPF_CLASS(in->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return feature_of_alu(in);
	case BPF_JMP32:
		return BPF_OP(in->code) == BPF_JA ? FEATURE_ISA_V4 : FEATURE_JMP32;
	case BPF_JMP:
		return BPF_OP(in->code) == JUMP_COND ? FEATURE_MAY_GOTO : -1;
	case BPF_LDX:
		return BPF_MODE(in->code) == MODE_MEMSX ? FEATURE_ISA_V4 : -1;
	case BPF_STX:
		return feature_of_store(in);
	default:
		return -1;
	}
}

static void see_callback(struct scan *scan, uint32_t section, uint32_t insn)
{
	const struct code *code = &scan->job->subject->code;
	const struct object_symbol *symbol = code_symbol(code, section, insn);

	if (symbol && !code_is_extern(symbol) && code_callee(code, section, insn))
		see_feature(scan, FEATURE_CALLBACKS, section, insn);
}

static bool is_said(const struct scan *scan, const char *what)
{
	const struct check_verdict *v = scan->job->verdict;

	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].program == scan->program && v->findings[i].kind == FIND_MAP &&
		    !strcmp(v->findings[i].what, what))
			return true;
	return false;
}

static void see_map(struct scan *scan, uint32_t section, uint32_t insn)
{
	const struct check_subject *s = scan->job->subject;
	const struct object_symbol *symbol = code_symbol(&s->code, section, insn);
	struct map_definition map;
	const char *refusal;

	if (!symbol || symbol->section >= s->object->n_sections ||
	    strcmp(s->object->sections[symbol->section].name, ".maps") != 0 ||
	    !map_definition_find(s->btf, symbol->name, &map))
		return;
	refusal = map_use_refusal(scan->job->kernel, &s->programs[scan->program], &map);
	if (refusal && !is_said(scan, symbol->name))
		verdict_why(add(scan, FIND_MAP, symbol->name, section, insn), "%s", refusal);
}

static void see(struct scan *scan, uint32_t section, uint32_t insn)
{
	const struct bpf_insn *in = &scan->job->subject->code.sections[section].insns[insn];

	see_feature(scan, feature_of(in), section, insn);
	if (in->code == (BPF_JMP | BPF_CALL))
		see_call(scan, section, insn, in);
	if (!code_is_wide(in))
		return;
	see_callback(scan, section, insn);
	see_map(scan, section, insn);
}

static void scan_code(struct job *job, uint32_t program)
{
	AUTO(free) bool *has_extern = mem_array(job->subject->n_externs + 1, sizeof(*has_extern));
	struct scan scan = { .job = job, .program = program, .has_extern = has_extern };
	const struct code *code = &job->subject->code;

	for (uint32_t section = 1; section < code->n_sections; section++) {
		const struct code_section *s = &code->sections[section];

		for (uint32_t insn = 0; insn < s->n; insn++)
			if (job->open.marks[section][insn])
				see(&scan, section, insn);
	}
}

static void check_target(struct job *job, uint32_t program)
{
	struct target_answer *target = &job->targets[program];
	struct finding *finding;

	if (target->level == FINDING_OK && !job->rules->wants_all)
		return;
	if (!job->subject->programs[program].target.len && target->level == FINDING_OK)
		return;
	finding = verdict_add(job, target->level, FIND_ATTACH, program,
			      job->subject->programs[program].section);
	if (*target->why)
		verdict_why(finding, "%s", target->why);
	if (target->closest)
		finding->closest = mem_text(target->closest);
	finding->since = target->since;
}

static void check_type(struct job *job, uint32_t program)
{
	const struct check_program *p = &job->subject->programs[program];
	struct finding *finding;
	int error;

	if (p->is_foreign) {
		finding = verdict_add(job, FINDING_MISSING, FIND_PROGRAM, program, p->own_section);
		verdict_why(finding, "libbpf of this machine knows no such section");
	}
	if (!p->kind)
		return;
	if (p->kind->kernel_btf && job->kernel->is_partial) {
		finding = verdict_add(job, FINDING_MISSING, FIND_BTF, program, p->own_section);
		verdict_why(finding, "the kernel has no BTF of its own");
	} else if (!job->kernel->is_partial &&
		   offers_word(job->kernel, "bpf_prog_type", "BPF_PROG_TYPE_", p->kind->type) ==
			   OFFER_NO) {
		finding = verdict_add(job, FINDING_MISSING, FIND_PROGRAM, program, p->kind->type);
		verdict_why(finding, "there is no program type %s", p->kind->type);
	} else if (verdict_tries(job) && job->targets[program].level < FINDING_MISSING &&
		   live_program(job->kernel, p->own_section, &error) == LIVE_NO) {
		finding = verdict_add(job, FINDING_MISSING, FIND_PROGRAM, program, p->own_section);
		verdict_why(finding, "such programs are not taken: %s", strerror(error));
	} else if (kernel_table_program(job->kernel, p->own_section) == TABLE_NO) {
		finding = verdict_add(job, FINDING_MISSING, FIND_PROGRAM, program, p->own_section);
		verdict_why(finding, "such programs are not taken");
	} else if (job->rules->wants_all) {
		verdict_add(job, FINDING_OK, FIND_PROGRAM, program, p->kind->type);
	}
	if (!job->subject->is_gpl &&
	    (!strcmp(p->kind->type, "lsm") || !strcmp(p->kind->type, "struct_ops"))) {
		finding = verdict_add(job, FINDING_MISSING, FIND_RIGHTS, program, p->kind->type);
		verdict_why(finding, "such programs must have a GPL compatible licence");
	}
}

void verdict_program(struct job *job, uint32_t program)
{
	check_type(job, program);
	check_target(job, program);
	verdict_reach(job, program);
	job->verdict->has_given_up = job->verdict->has_given_up || job->possible.has_given_up;
	verdict_program_relos(job, program);
	scan_code(job, program);
	verdict_context(job, program);
}
