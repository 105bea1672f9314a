// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/required.h"

#include "base/alloc.h"
#include "btf/core_resolve.h"
#include "check/facts.h"
#include "check/groups.h"
#include "check/reach.h"

static bool asks_only(enum bpf_core_relo_kind kind)
{
	return kind == BPF_CORE_FIELD_EXISTS || kind == BPF_CORE_TYPE_EXISTS ||
	       kind == BPF_CORE_TYPE_MATCHES || kind == BPF_CORE_ENUMVAL_EXISTS;
}

static void put(struct bpf_insn *insn, enum facts_guess guess)
{
	if (guess != FACTS_UNKNOWN)
		insn->imm = guess == FACTS_ALL_EXISTS;
	else
		*insn = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = CORE_POISON };
}

/* What the object asks after is there, is not, or may be. */
static void guess_relos(struct check_subject *s, enum facts_guess guess)
{
	code_reset(&s->code);
	for (size_t i = 0; i < s->info.n_relos; i++) {
		struct code_section *section = &s->code.sections[s->relos[i].section];

		if (section->insns && asks_only(s->info.relos[i].kind))
			put(&section->insns[s->relos[i].insn], guess);
	}
}

/* Programs without which the package does not run at all. */
static void find_needed(const struct check_subject *s, bool *is_needed)
{
	AUTO(free) uint32_t *groups = mem_array(s->n_programs + 1, sizeof(*groups));
	size_t n_loaded = 0;

	for (size_t i = 0; i < s->n_programs; i++)
		n_loaded += !s->programs[i].is_skipped;
	groups_find(s, groups);
	for (size_t i = 0; i < s->n_programs; i++) {
		const struct check_program *p = &s->programs[i];

		is_needed[i] = !p->is_skipped && !p->is_optional &&
			       (n_loaded == 1 || !groups_is_of_some_architectures(p));
		for (size_t k = 0; k < s->n_programs; k++)
			is_needed[i] = is_needed[i] && (k == i || groups[k] != groups[i]);
	}
}

/* Marks what programs reach; is_wanted NULL: all programs. */
static void reach_all(struct check_subject *s, enum facts_guess guess, const bool *is_wanted,
		      struct reach *reach)
{
	AUTO(facts) struct facts facts = { 0 };
	struct reach_facts for_reach;

	guess_relos(s, guess);
	facts_init(&facts, s, NULL);
	facts.guess = guess;
	if (guess == FACTS_UNKNOWN)
		facts_forget_flags(&facts);
	for_reach = facts_for_reach(&facts);
	for (size_t i = 0; i < s->n_programs; i++)
		if (!is_wanted || is_wanted[i])
			reach_run(&s->code, s->programs[i].function, &for_reach, reach);
	code_reset(&s->code);
}

static int find_may(struct check_subject *s, struct needs *out, struct err *err)
{
	AUTO(free) bool *sections = mem_array(s->code.n_sections, sizeof(*sections));
	AUTO(reach) struct reach reach = { 0 };
	struct needs_filter filter = { .programs = sections };

	reach_init(&reach, &s->code);
	reach_all(s, FACTS_UNKNOWN, NULL, &reach);
	memset(sections, 1, s->code.n_sections * sizeof(*sections));
	filter.insns = (const uint8_t *const *)reach.marks;
	return needs_find(s->object, s->name, reach.has_given_up ? NULL : &filter, out, err);
}

static int find_must(struct check_subject *s, struct needs *out, struct err *err)
{
	AUTO(free) bool *sections = mem_array(s->code.n_sections, sizeof(*sections));
	AUTO(free) bool *is_needed = mem_array(s->n_programs + 1, sizeof(*is_needed));
	AUTO(reach) struct reach none = { 0 }, all = { 0 };
	struct needs_filter filter = { .programs = sections, .is_strict = true };

	find_needed(s, is_needed);
	reach_init(&none, &s->code);
	reach_init(&all, &s->code);
	reach_all(s, FACTS_NOTHING_EXISTS, is_needed, &none);
	reach_all(s, FACTS_ALL_EXISTS, is_needed, &all);
	reach_intersect(&all, &none, &s->code);
	if (all.has_given_up || none.has_given_up)
		reach_clear(&all, &s->code);
	for (size_t i = 0; i < s->n_programs; i++)
		sections[s->programs[i].function->section] |= is_needed[i];
	filter.insns = (const uint8_t *const *)all.marks;
	return needs_find(s->object, s->name, &filter, out, err);
}

int required_find(struct check_subject *s, json_t **out, struct err *err)
{
	AUTO(needs) struct needs may = { 0 };
	AUTO(needs) struct needs must = { 0 };

	if (find_may(s, &may, err) < 0 || find_must(s, &must, err) < 0)
		return -1;
	*out = needs_to_json(&may);
	js_set(*out, "required", needs_to_json(&must));
	return 0;
}
