// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/select.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "check/report.h"
#include "run/attach.h"
#include "run/subject.h"

static int skip_program(struct loader *l, const char *name, struct err *err)
{
	struct bpf_program *program = bpf_object__find_program_by_name(l->bpf, name);

	if (!program)
		return err_set(err, EC_USAGE, "%s has no program '%s'", l->name, name);
	bpf_program__set_autoload(program, false);
	return 0;
}

/* out: all names together, borrowed. */
static int skip_named(struct loader *l, const struct select_names *names, const char **out,
		      struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < names->n_skip; i++)
		out[n++] = names->skip[i];
	for (size_t i = 0; i < names->n_refused; i++)
		out[n++] = names->refused[i];
	for (size_t i = 0; i < n; i++)
		if (skip_program(l, out[i], err) < 0)
			return -1;
	return 0;
}

/* The finding that is to blame for a program; NULL: none. */
static const struct finding *find_blame(const struct check_verdict *verdict, uint32_t program)
{
	const struct finding *worst = NULL;

	for (size_t i = 0; i < verdict->n_findings; i++) {
		const struct finding *f = &verdict->findings[i];

		if (f->program == program && f->level >= FINDING_LIKELY &&
		    (!worst || f->level > worst->level))
			worst = f;
	}
	return worst;
}

static char *reason_of(const struct finding *finding)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

	report_reason(finding, &text);
	if (finding->line) {
		str_adds(&text, ", at ");
		report_line(finding, &text);
	}
	return mem_text(str_text(&text));
}

/* All of them are optional, and none is left. */
static int refuse_all(const struct loader *l, const struct check_subject *subject,
		      const struct check_verdict *verdict, struct err *err)
{
	const struct finding *blame = NULL;
	AUTO(free) char *reason = NULL;

	for (uint32_t i = 0; i < subject->n_programs && !blame; i++)
		blame = find_blame(verdict, i);
	reason = blame ? reason_of(blame) : NULL;
	err_set(err, EC_UNSUPPORTED, "%s: none of its programs can be had on this kernel%s%s",
		l->name, reason ? "; the first: " : "", reason ? reason : "");
	return err_hint(err, "'epm check' shows all that is in the way");
}

/* "--skip a --skip b runs the package without them"; NULL: nothing would be left, or too many. */
static char *skip_of(const struct check_subject *subject, const struct check_verdict *verdict)
{
	AUTO(str) struct str text = STR_MAX(200);
	size_t n = 0, n_fine = 0;

	for (uint32_t i = 0; i < subject->n_programs; i++) {
		n_fine += verdict->programs[i] == CHECK_FINE;
		if (verdict->programs[i] >= CHECK_PROBABLY)
			str_addf(&text, "%s--skip %s", n++ ? " " : "", subject->programs[i].name);
	}
	str_addf(&text, " runs the package without %s", n > 1 ? "them" : "it");
	return n && n_fine && !text.is_full ? str_take(&text) : NULL;
}

static int refuse(const struct loader *l, const struct check_subject *subject,
		  const struct check_verdict *verdict, struct err *err)
{
	const struct finding *worst = report_worst(verdict);
	AUTO(free) char *reason = worst ? reason_of(worst) : NULL;
	AUTO(free) char *skip = NULL;

	if (!worst)
		return refuse_all(l, subject, verdict, err);
	if (worst->program == FINDING_OBJECT) {
		err_set(err, EC_UNSUPPORTED, "%s cannot run on this kernel: %s", l->name, reason);
		return err_hint(err, "'epm check' shows all that is in the way");
	}
	err_set(err, EC_UNSUPPORTED, "%s cannot run on this kernel: program %s (%s): %s", l->name,
		subject->programs[worst->program].name, subject->programs[worst->program].section,
		reason);
	skip = skip_of(subject, verdict);
	return err_hint(err, "'epm check' shows all that is in the way%s%s", skip ? "; " : "",
			skip ? skip : "");
}

static void say(const struct loader *l, const struct check_subject *subject,
		const struct check_verdict *verdict, uint32_t program)
{
	const struct check_program *p = &subject->programs[program];
	const struct finding *blame = find_blame(verdict, program);
	AUTO(free) char *reason = blame ? reason_of(blame) : NULL;

	if (verdict->programs[program] == CHECK_ALTERNATIVE)
		log_verbose("%s: program %s (%s) is not loaded: an alternative is taken", l->name,
			    p->name, p->section);
	else if (verdict->programs[program] == CHECK_LEFT_OUT)
		log_verbose("%s: program %s (%s) is left out: %s", l->name, p->name, p->section,
			    reason ? reason : "it cannot be had");
}

static bool is_in(enum check_state state)
{
	return state != CHECK_ALTERNATIVE && state != CHECK_LEFT_OUT && state != CHECK_SKIPPED;
}

/* What was found decides what libbpf loads. */
static int apply(struct loader *l, const struct check_subject *subject,
		 const struct check_verdict *verdict, struct err *err)
{
	size_t n = 0;

	for (uint32_t i = 0; i < subject->n_programs; i++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(l->bpf, subject->programs[i].name);

		if (!program)
			continue;
		bpf_program__set_autoload(program, is_in(verdict->programs[i]));
		n += is_in(verdict->programs[i]);
		say(l, subject, verdict, i);
	}
	if (n)
		return 0;
	return subject->n_programs
		       ? refuse(l, subject, verdict, err)
		       : err_set(err, EC_CORRUPT, "%s: there is no program in it", l->name);
}

/* Names of programs with another in their place, for select_has_alternative(). */
static void keep_alternatives(struct loader *l, const struct check_subject *subject,
			      const struct check_verdict *verdict)
{
	needs_list_done(&l->replaceable);
	for (uint32_t i = 0; i < subject->n_programs; i++)
		for (uint32_t k = 0; is_in(verdict->programs[i]) && k < subject->n_programs; k++)
			if (verdict->groups[k] == verdict->groups[i] &&
			    verdict->programs[k] == CHECK_ALTERNATIVE)
				needs_list_add(&l->replaceable, subject->programs[i].name);
}

/* Has the person left nothing in? */
static bool skips_all(const struct select_names *names, const struct check_subject *subject)
{
	return names->n_skip && !names->n_refused && run_skips_all(subject);
}

int select_programs(struct loader *l, const struct select_names *names, struct err *err)
{
	size_t n = names->n_skip + names->n_refused;
	AUTO(free) const char **out = mem_array(n + 1, sizeof(*out));
	AUTO(run_subject) struct run_subject subject = { 0 };
	AUTO(check_verdict) struct check_verdict verdict = { 0 };
	struct check_rules rules = run_check_rules();
	AUTO(live) struct live *live = live_new();

	if (skip_named(l, names, out, err) < 0 || attach_prepare(l, err) < 0 ||
	    run_subject_open(l, out, n, &subject, err) < 0)
		return -1;
	if (skips_all(names, subject.subject))
		return err_set(err, EC_USAGE, "--skip: all programs of %s are skipped", l->name);
	rules.live = live;
	rules.is_quick = true;
	rules.has_fixed_options = true;
	rules.relocations = l->types;
	check_against(subject.subject, &l->kernel, &rules, &verdict);
	if (verdict.state == CHECK_CANNOT && !l->skips_check)
		return refuse(l, subject.subject, &verdict, err);
	keep_alternatives(l, subject.subject, &verdict);
	return apply(l, subject.subject, &verdict, err);
}

bool select_has_alternative(const struct loader *l, const char *program)
{
	for (size_t i = 0; i < l->replaceable.n_items; i++)
		if (!strcmp(l->replaceable.items[i], program))
			return true;
	return false;
}
