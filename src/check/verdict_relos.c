// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "check/verdict_priv.h"

#define SPELLING 512
#define USE_MOST 16 /* instructions that an offset is followed */

/* libbpf passes over those of programs that are not loaded. */
static bool is_wanted(const struct job *job, size_t i)
{
	const struct code_function *f = job->subject->relos[i].function;

	if (!f)
		return false;
	for (size_t p = 0; f->is_entry && p < job->subject->n_programs; p++)
		if (job->subject->programs[p].function == f)
			return !job->is_out[p];
	return true;
}

void verdict_relocate(struct job *job)
{
	struct check_subject *s = job->subject;
	struct check_verdict *v = job->verdict;
	AUTO(core_resolver) struct core_resolver *resolver = NULL;
	struct core_targets targets;

	code_reset(&s->code);
	free(v->relos);
	v->relos = mem_array(s->info.n_relos, sizeof(*v->relos));
	if (!s->info.n_relos)
		return;
	kernel_core_targets(job->rules->relocations ? job->rules->relocations : job->kernel,
			    &targets);
	resolver = core_resolver_new(&s->raw, &targets, job->rules->size);
	for (size_t i = 0; i < s->info.n_relos; i++) {
		struct code_section *section = &s->code.sections[s->relos[i].section];
		uint32_t insn = s->relos[i].insn;

		if (!is_wanted(job, i))
			continue;
		core_resolve(resolver, &s->info.relos[i], &v->relos[i]);
		if (v->relos[i].outcome != CORE_FAILED)
			core_patch(section->insns + insn, section->n - insn, &v->relos[i]);
	}
}

static bool reads(const struct bpf_insn *insn, uint8_t reg)
{
	uint8_t class = BPF_CLASS(insn->code);

	if (class == BPF_LDX)
		return insn->src_reg == reg;
	if (class == BPF_STX || class == BPF_ST)
		return insn->dst_reg == reg || (class == BPF_STX && insn->src_reg == reg);
	if (BPF_SRC(insn->code) == BPF_X && insn->src_reg == reg)
		return true;
	return insn->dst_reg == reg && BPF_OP(insn->code) != BPF_MOV;
}

/*
 * The instruction whose source line says what an offset is for: compilers put a constant into a
 * register long before it is used, and that line has nothing to do with it.
 */
static uint32_t use_of(const struct code_section *section, uint32_t insn)
{
	const struct bpf_insn *at = &section->original[insn];

	if (at->code != (BPF_ALU64 | BPF_MOV | BPF_K))
		return insn;
	for (uint32_t i = insn + 1; i < section->n && i - insn <= USE_MOST; i++) {
		const struct bpf_insn *next = &section->original[i];
		uint8_t class = BPF_CLASS(next->code);

		if (class == BPF_JMP || class == BPF_JMP32 || section->is_leader[i])
			break;
		if (reads(next, at->dst_reg))
			return i;
		if (class != BPF_ST && class != BPF_STX && next->dst_reg == at->dst_reg)
			break;
		i += code_is_wide(next);
	}
	return insn;
}

/*
 * What is computed behind a call and has no line of its own belongs to the line that follows, not
 * to that of the call.
 */
static uint32_t line_of(const struct check_subject *s, uint32_t index, uint32_t insn)
{
	const struct code_section *section = &s->code.sections[index];
	const char *name = s->object->sections[index].name;
	const struct line_info *own = ext_info_line(&s->info, name, insn * sizeof(struct bpf_insn));
	bool has_call = false;

	for (uint32_t i = own ? own->insn_off / sizeof(struct bpf_insn) : insn; i < insn; i++)
		has_call = has_call || section->original[i].code == (BPF_JMP | BPF_CALL);
	for (uint32_t i = insn + 1; has_call && i < section->n && i - insn <= USE_MOST; i++) {
		if (section->is_leader[i])
			break;
		if (ext_info_line(&s->info, name, i * sizeof(struct bpf_insn)) != own)
			return i;
	}
	return insn;
}

static struct finding *add(struct job *job, enum finding_level level, uint32_t program, size_t i)
{
	const struct check_subject *s = job->subject;
	const struct core_result *result = &job->verdict->relos[i];
	char what[SPELLING];
	struct finding *finding;
	uint32_t insn;

	core_spell(&s->raw, &s->info.relos[i], what, sizeof(what));
	finding = verdict_add(job, level, FIND_RELOCATION, program, what);
	finding->relo = i;
	if (*result->why)
		verdict_why(finding, "%s", result->why);
	if (*result->closest)
		finding->closest = mem_text(result->closest);
	insn = use_of(&s->code.sections[s->relos[i].section], s->relos[i].insn);
	verdict_at(job, finding, s->relos[i].section, line_of(s, s->relos[i].section, insn));
	return finding;
}

void verdict_failed_relos(struct job *job)
{
	const struct check_subject *s = job->subject;

	for (size_t i = 0; i < s->info.n_relos; i++)
		if (is_wanted(job, i) && job->verdict->relos[i].outcome == CORE_FAILED)
			add(job, FINDING_ERROR, FINDING_OBJECT, i);
}

static bool is_exists(enum bpf_core_relo_kind kind)
{
	return kind == BPF_CORE_FIELD_EXISTS || kind == BPF_CORE_TYPE_EXISTS ||
	       kind == BPF_CORE_ENUMVAL_EXISTS || kind == BPF_CORE_TYPE_MATCHES;
}

/* In the functions that the program can have to do with: its own, and those it may call. */
static bool is_near(const struct job *job, uint32_t program, size_t i)
{
	const struct code_function *f = job->subject->relos[i].function;

	return f && (f == job->subject->programs[program].function || !f->is_entry);
}

static void judge(struct job *job, uint32_t program, size_t i)
{
	const struct check_relo *place = &job->subject->relos[i];
	const struct core_result *result = &job->verdict->relos[i];
	enum finding_level level = verdict_level(job, place->section, place->insn);
	bool is_own = job->subject->programs[program].function == place->function;
	bool is_absent = !result->is_match && is_exists(job->subject->info.relos[i].kind);

	if (result->outcome == CORE_RESOLVED) {
		if (job->rules->wants_all && level != FINDING_GUARDED)
			add(job, is_absent ? FINDING_GUARDED : FINDING_OK, program, i);
	} else if (level == FINDING_OPTION) {
		add(job, level, program, i)->option =
			verdict_option(job, program, place->section, place->insn);
	} else if (level != FINDING_GUARDED || (job->rules->wants_all && is_own)) {
		add(job, level, program, i);
	}
}

void verdict_program_relos(struct job *job, uint32_t program)
{
	for (size_t i = 0; i < job->subject->info.n_relos; i++)
		if (is_wanted(job, i) && is_near(job, program, i) &&
		    job->verdict->relos[i].outcome != CORE_FAILED)
			judge(job, program, i);
}
