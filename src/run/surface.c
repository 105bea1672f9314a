// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/surface.h"

#include <bpf/libbpf.h>

#include "base/alloc.h"
#include "btf/program_kind.h"

static void add_list(const struct needs_list *from, struct needs_list *to)
{
	for (size_t i = 0; i < from->n_items; i++)
		needs_list_add(to, from->items[i]);
}

static void add_word(struct needs_list *out, const char *word)
{
	if (word && *word)
		needs_list_add(out, word);
}

/* "kprobe", "kprobe/do_unlinkat" and the type "kprobe" of a section. */
static void add_section(const char *section, struct needs_list *out)
{
	struct span target;
	const struct program_kind *kind = program_kind_of(section, &target);
	AUTO(free) char *text = NULL;

	add_word(out, section);
	if (!kind)
		return;
	text = mem_printf("%s/%.*s", kind->section, (int)target.len, target.data);
	add_word(out, kind->section);
	add_word(out, kind->type);
	if (target.len)
		add_word(out, text);
}

/* libbpf has the last word on what a section means: it is who loads it. */
static void add_program(const struct loader *loader, const struct bpf_program *program,
			struct needs_list *out)
{
	add_section(bpf_program__section_name(program), out);
	add_section(loader_section(loader, program), out);
	add_word(out, libbpf_bpf_prog_type_str(bpf_program__type(program)));
	if (bpf_program__expected_attach_type(program))
		add_word(out,
			 libbpf_bpf_attach_type_str(bpf_program__expected_attach_type(program)));
}

int surface_words(const struct loader *loader, struct needs_list *out, struct err *err)
{
	AUTO(needs) struct needs needs = { 0 };
	struct bpf_program *program;

	if (needs_find(loader->object, loader->name, NULL, &needs, err) < 0)
		return -1;
	add_list(&needs.program_types, out);
	add_list(&needs.attach_targets, out);
	add_list(&needs.helpers, out);
	add_list(&needs.kfuncs, out);
	add_list(&needs.map_types, out);
	add_list(&needs.sensitive, out);
	bpf_object__for_each_program (program, loader->bpf)
		add_program(loader, program, out);
	needs_list_sort(out);
	return 0;
}
