// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "btf/kernel_word.h"
#include "btf/type.h"
#include "check/offers.h"
#include "check/verdict_priv.h"
#include "kernel/live_try.h"
#include "kernel/tables.h"

/* One that nothing insists on, for those that want all. */
static void tell_option(struct job *job, const char *name, bool is_known, bool has_value)
{
	enum finding_level level = !is_known   ? FINDING_UNKNOWN
				   : has_value ? FINDING_OK
					       : FINDING_GUARDED;
	struct finding *finding;

	if (!job->rules->wants_all)
		return;
	finding = verdict_add(job, level, FIND_OPTIONS, FINDING_OBJECT, name);
	if (level != FINDING_OK)
		verdict_why(finding, "%s",
			    is_known ? "the kernel was built without it"
				     : "it is not known of this kernel");
}

static void check_option(struct job *job, const struct check_extern *e)
{
	bool has_value = false, is_known;
	uint64_t value;
	struct finding *finding;

	is_known = facts_option(&job->facts, e, &value, &has_value);
	if (e->is_weak || !text_starts(e->name, "CONFIG_") || !is_known || has_value) {
		tell_option(job, e->name, is_known, has_value);
		return;
	}
	finding = verdict_add(job, FINDING_MISSING, FIND_OPTIONS, FINDING_OBJECT, e->name);
	verdict_why(finding, "the kernel was built without it, and the object insists on it");
}

/* A kfunc with other arguments is refused by libbpf, weak or not (weak ones from 1.3 are left out). */
static void check_prototype(struct job *job, const struct check_extern *e)
{
	const struct kernel_part *part;
	const struct btf_type *type = kernel_find(job->kernel, e->name, BTF_KIND_FUNC, &part, NULL);
	struct finding *finding;

	if (!type || core_is_compatible(&job->subject->raw, e->type_id, &part->btf, type->type))
		return;
	if (e->is_weak && job->rules->has_kfunc_flavours)
		return;
	finding = verdict_add(job, FINDING_MISSING, FIND_KFUNC, FINDING_OBJECT, e->name);
	verdict_why(finding, "its arguments are others in this kernel");
}

/* As libbpf compares them, weak or not. */
static bool has_other_type(struct job *job, const struct check_extern *e)
{
	const struct raw_btf *own = &job->subject->raw;
	const struct kernel_part *part;
	const struct btf_type *type = kernel_find(job->kernel, e->name, BTF_KIND_VAR, &part, NULL);
	uint32_t own_id, id;

	return e->type_id && type && raw_btf_strip(own, e->type_id, &own_id) &&
	       raw_btf_strip(&part->btf, type->type, &id) && own_id &&
	       !core_is_compatible(own, own_id, &part->btf, id);
}

/* Of a variable that BTF shows: not every kernel keeps their addresses. */
static void check_address(struct job *job, const struct check_extern *e)
{
	const char *value = kernel_option(job->kernel, "CONFIG_KALLSYMS_ALL");
	struct finding *finding;

	if (has_other_type(job, e)) {
		finding = verdict_add(job, FINDING_MISSING, FIND_KSYM, FINDING_OBJECT, e->name);
		verdict_why(finding, "it is of another type in this kernel");
		return;
	}
	if (!value || strcmp(value, "n") != 0)
		return;
	finding = verdict_add(job, FINDING_MISSING, FIND_KSYM, FINDING_OBJECT, e->name);
	verdict_why(finding, "the kernel keeps no addresses of variables (CONFIG_KALLSYMS_ALL)");
}

static void check_symbol(struct job *job, const struct check_extern *e)
{
	enum reach_extern there = facts_extern(&job->facts, e);
	bool is_function = e->kind == EXTERN_FUNCTION;
	struct finding *finding;

	if (there == REACH_EXTERN_PRESENT && is_function)
		check_prototype(job, e);
	else if (there == REACH_EXTERN_PRESENT)
		check_address(job, e);
	if (e->is_weak || (there == REACH_EXTERN_PRESENT && !job->rules->wants_all))
		return;
	finding = verdict_add(job, FINDING_OK, is_function ? FIND_KFUNC : FIND_KSYM, FINDING_OBJECT,
			      e->name);
	if (there == REACH_EXTERN_UNKNOWN) {
		finding->level = FINDING_UNKNOWN;
		verdict_why(finding, "BTF does not show it");
	} else if (there == REACH_EXTERN_ABSENT) {
		finding->level = FINDING_MISSING;
		verdict_why(finding, "there is no kernel %s %s",
			    is_function ? "function" : "symbol", e->name);
	}
}

static bool has_member(const struct btf *btf, const char *type_name, const char *member)
{
	int32_t id = btf ? btf__find_by_name_kind(btf, type_name, BTF_KIND_STRUCT) : 0;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

	for (uint32_t i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(type_text(btf, btf_members(type)[i].name_off), member))
			return true;
	return false;
}

/* By the registers that the object was compiled for; NULL: it has nothing to do with them. */
static const char *compiled_for(const struct btf *btf)
{
	if (has_member(btf, "pt_regs", "di") || has_member(btf, "pt_regs", "rdi"))
		return "x86_64";
	if (has_member(btf, "user_pt_regs", "pstate"))
		return "aarch64";
	return NULL;
}

static bool is_of_registers(const struct finding *f)
{
	return f->kind == FIND_RELOCATION && f->level == FINDING_MISSING &&
	       strstr(f->what, "pt_regs");
}

/* Has each program that is loaded such a finding? */
static bool all_lack_registers(const struct job *job)
{
	const struct check_verdict *v = job->verdict;

	for (uint32_t i = 0; i < job->subject->n_programs; i++) {
		bool lacks = job->is_out[i];

		for (size_t k = 0; k < v->n_findings && !lacks; k++)
			lacks = v->findings[k].program == i && is_of_registers(&v->findings[k]);
		if (!lacks)
			return false;
	}
	return true;
}

static void blame_machine(struct job *job, struct finding *f, const char *machine)
{
	free(f->what);
	free(f->closest);
	f->what = mem_text(machine);
	f->closest = NULL;
	f->kind = FIND_MACHINE;
	verdict_why(f, "the %s was compiled for the registers of %s, and the kernel is %s",
		    f->program == FINDING_OBJECT ? "object" : "program", machine,
		    job->kernel->arch);
}

/* Registers that are missing are one reason for a program, or for all; not one for each. */
static void check_machine(struct job *job)
{
	struct check_verdict *v = job->verdict;
	const char *machine = compiled_for(job->subject->btf);
	uint32_t last = FINDING_OBJECT;
	bool is_all;
	size_t n = 0;

	if (!machine || !job->kernel->arch || !strcmp(machine, job->kernel->arch) ||
	    job->rules->wants_all)
		return;
	is_all = all_lack_registers(job);
	for (size_t i = 0; i < v->n_findings; i++) {
		struct finding *f = &v->findings[i];
		uint32_t program = f->program;

		if (is_of_registers(f)) {
			if (is_all || program == last) {
				verdict_finding_done(f);
				continue;
			}
			last = program;
			blame_machine(job, f, machine);
		}
		v->findings[n++] = *f;
	}
	is_all = is_all && n < v->n_findings;
	v->n_findings = n;
	if (is_all)
		blame_machine(
			job,
			verdict_add(job, FINDING_MISSING, FIND_MACHINE, FINDING_OBJECT, machine),
			machine);
}

void verdict_object(struct job *job)
{
	const struct check_subject *s = job->subject;

	check_machine(job);
	verdict_maps(job);
	if (job->rules->wants_all)
		verdict_add(job, FINDING_OK, FIND_RIGHTS, FINDING_OBJECT,
			    s->is_gpl ? "a GPL compatible licence" : "no GPL compatible licence");
	for (size_t i = 0; i < s->n_externs; i++) {
		if (s->externs[i].kind == EXTERN_OPTION)
			check_option(job, &s->externs[i]);
		else
			check_symbol(job, &s->externs[i]);
	}
	verdict_struct_ops(job);
	verdict_failed_relos(job);
}
