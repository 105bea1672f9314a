// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/groups.h"

#include "base/alloc.h"

/* Kinds of sections that can stand for each other, the better one first. */
static const struct {
	const char *better;
	const char *other;
} pairs[] = {
	{ "fentry", "kprobe" },
	{ "fexit", "kretprobe" },
	{ "tp_btf", "raw_tracepoint" },
};

static bool has_kind(const struct check_program *p, const char *section)
{
	return p->attached && !strcmp(p->attached->section, section);
}

static bool is_pair(const struct check_program *a, const struct check_program *b)
{
	if (!a->target.len || a->target.len != b->target.len ||
	    memcmp(a->target.data, b->target.data, a->target.len) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if ((has_kind(a, pairs[i].better) && has_kind(b, pairs[i].other)) ||
		    (has_kind(b, pairs[i].better) && has_kind(a, pairs[i].other)))
			return true;
	return false;
}

/* What a function is called on every kernel: without its architecture, underscores and clone. */
static struct span plain_name(struct span name)
{
	static const char *const starts[] = { "__x64_sys_",   "__arm64_sys_", "__se_sys_",
					      "__s390x_sys_", "__riscv_sys_", "sys_",
					      "ksys_" };
	const char *dot = memchr(name.data, '.', name.len);

	if (dot)
		name.len = dot - name.data;
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		size_t len = strlen(starts[i]);

		if (span_starts(name, starts[i]))
			return (struct span){ name.data + len, name.len - len };
	}
	while (name.len && *name.data == '_') {
		name.data++;
		name.len--;
	}
	return name;
}

/* The same instructions with the same relocations? */
static bool has_same_code(const struct code *code, const struct code_function *a,
			  const struct code_function *b)
{
	const struct code_section *x = &code->sections[a->section];
	const struct code_section *y = &code->sections[b->section];

	if (a->n != b->n || memcmp(x->original + a->start, y->original + b->start,
				   a->n * sizeof(*x->original)) != 0)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (code_symbol(code, a->section, a->start + i) !=
		    code_symbol(code, b->section, b->start + i))
			return false;
	return true;
}

static bool is_renamed(const struct check_subject *s, const struct check_program *a,
		       const struct check_program *b)
{
	struct span x, y;

	if (!a->attached || a->attached != b->attached || !a->target.len || !b->target.len ||
	    (!has_kind(a, "kprobe") && !has_kind(a, "kretprobe") && !has_kind(a, "fentry") &&
	     !has_kind(a, "fexit")))
		return false;
	x = plain_name(a->target);
	y = plain_name(b->target);
	return x.len && x.len == y.len && !memcmp(x.data, y.data, x.len) &&
	       (a->target.len != b->target.len ||
		memcmp(a->target.data, b->target.data, a->target.len) != 0) &&
	       has_same_code(&s->code, a->function, b->function);
}

static bool is_alternative(const struct check_subject *s, uint32_t i, uint32_t j)
{
	const struct check_program *a = &s->programs[i], *b = &s->programs[j];

	if (a->is_skipped || b->is_skipped)
		return false;
	if (a->alternative || b->alternative)
		return a->alternative && b->alternative && !strcmp(a->alternative, b->alternative);
	return is_pair(a, b) || is_renamed(s, a, b);
}

void groups_find(const struct check_subject *s, uint32_t *groups)
{
	for (uint32_t i = 0; i < s->n_programs; i++) {
		groups[i] = i;
		for (uint32_t j = 0; j < i && groups[i] == i; j++)
			if (is_alternative(s, i, j))
				groups[i] = groups[j];
	}
}

uint32_t groups_rank(const struct check_subject *s, uint32_t program)
{
	const struct check_program *p = &s->programs[program];

	if (p->alternative)
		return program;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (has_kind(p, pairs[i].better))
			return program;
	return s->n_programs + program;
}

bool groups_is_of_some_architectures(const struct check_program *p)
{
	return has_kind(p, "tracepoint") && p->target.len > 9 &&
	       !memcmp(p->target.data, "syscalls/", 9);
}
