// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/subject.h"

#include "base/alloc.h"

static bool is_skipped(const char *const *skip, size_t n_skip, const char *name)
{
	for (size_t i = 0; i < n_skip; i++)
		if (!strcmp(skip[i], name))
			return true;
	return false;
}

static void read_wishes(const struct loader *l, const char *const *skip, size_t n_skip,
			struct run_subject *out)
{
	struct bpf_program *program;
	size_t n = 0;

	bpf_object__for_each_program (program, l->bpf)
		n++;
	out->wishes = mem_array(n, sizeof(*out->wishes));
	bpf_object__for_each_program (program, l->bpf) {
		const struct config_prog *config = loader_wish(l, program);
		struct check_wish *wish = &out->wishes[out->n_wishes++];

		wish->program = bpf_program__name(program);
		wish->is_skipped = is_skipped(skip, n_skip, wish->program);
		wish->is_foreign = bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC;
		if (!config)
			continue;
		wish->section = config->attach;
		wish->alternative = config->alternative;
		wish->is_optional = config->is_optional;
		wish->is_unlinked = !config->is_linked;
	}
}

int run_subject_open(const struct loader *l, const char *const *skip, size_t n_skip,
		     struct run_subject *out, struct err *err)
{
	AUTO(run_subject) struct run_subject s = { 0 };

	read_wishes(l, skip, n_skip, &s);
	if (check_subject_open(l->bytes, l->name, s.wishes, s.n_wishes, &s.subject, err) < 0)
		return -1;
	for (size_t i = 0; i < l->params.n_items; i++) {
		const struct param *param = &l->params.items[i];

		check_subject_name_flag(s.subject, param->variable, param->name);
		if (param->is_set)
			check_subject_set(s.subject, param->place->section, param->place->offset,
					  param->value, param->place->size);
	}
	for (size_t i = 0; l->config && i < l->config->n_maps; i++)
		if (l->config->maps[i].max_entries)
			check_subject_size_map(s.subject, l->config->maps[i].name);
	*out = s;
	s = (struct run_subject){ 0 };
	return 0;
}

void run_subject_done(struct run_subject *s)
{
	check_subject_free(s->subject);
	free(s->wishes);
	*s = (struct run_subject){ 0 };
}

bool run_skips_all(const struct check_subject *subject)
{
	for (size_t i = 0; i < subject->n_programs; i++)
		if (!subject->programs[i].is_skipped)
			return false;
	return subject->n_programs;
}

struct check_rules run_check_rules(void)
{
	unsigned int minor = libbpf_minor_version();
	bool is_newer = libbpf_major_version() > 1;

	return (struct check_rules){
		.size = is_newer || minor >= 6 ? CORE_SIZE_ELEMENT : CORE_SIZE_WHOLE,
		.has_kfunc_flavours = is_newer || minor >= 3,
	};
}
