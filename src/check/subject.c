// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/subject.h"

#include <elf.h>

#include "base/alloc.h"
#include "btf/needs_core.h"
#include "btf/type.h"

static const struct check_wish *find_wish(const struct check_wish *wishes, size_t n,
					  const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(wishes[i].program, name))
			return &wishes[i];
	return NULL;
}

static const char *without_mark(const char *section)
{
	return *section == '?' ? section + 1 : section;
}

static void add_program(struct check_subject *s, const struct code_function *function,
			const struct check_wish *wish)
{
	struct check_program *p = &s->programs[s->n_programs++];
	const char *own = s->object->sections[function->section].name;
	struct span ignored;

	p->name = function->name;
	p->own_section = without_mark(own);
	p->section = wish && wish->section && *wish->section ? without_mark(wish->section)
							     : p->own_section;
	p->kind = program_kind_of(p->own_section, &ignored);
	p->attached = program_kind_of(p->section, &p->target);
	p->function = function;
	p->is_skipped = *own == '?' || (wish && wish->is_skipped);
	if (!wish)
		return;
	p->alternative = wish->alternative;
	p->is_optional = wish->is_optional;
	p->is_unlinked = wish->is_unlinked;
	p->is_foreign = wish->is_foreign;
}

static void find_programs(struct check_subject *s, const struct check_wish *wishes, size_t n_wishes)
{
	s->programs = mem_array(s->code.n_functions, sizeof(*s->programs));
	for (size_t i = 0; i < s->code.n_functions; i++) {
		const struct code_function *f = &s->code.functions[i];

		if (f->is_entry && (f->is_global || s->code.n_functions == 1))
			add_program(s, f, find_wish(wishes, n_wishes, f->name));
	}
}

static bool is_weak(const struct object *object, const char *name)
{
	for (size_t i = 0; i < object->n_symbols; i++)
		if (object->symbols[i].section == SHN_UNDEF &&
		    !strcmp(object->symbols[i].name, name))
			return object->symbols[i].binding == STB_WEAK;
	return false;
}

static void add_externs(struct check_subject *s, const char *section, bool is_option)
{
	int32_t id = btf__find_by_name_kind(s->btf, section, BTF_KIND_DATASEC);
	const struct btf_type *type = id > 0 ? btf__type_by_id(s->btf, id) : NULL;
	const struct btf_type *item;

	for (uint32_t i = 0; type && i < btf_vlen(type); i++) {
		struct check_extern *e = &s->externs[s->n_externs];

		item = btf__type_by_id(s->btf, btf_var_secinfos(type)[i].type);
		if (!item || (!btf_is_var(item) && !btf_is_func(item)))
			continue;
		e->name = type_text(s->btf, item->name_off);
		e->type_id = item->type;
		e->kind = btf_is_func(item) ? EXTERN_FUNCTION : EXTERN_VARIABLE;
		if (is_option)
			e->kind = EXTERN_OPTION;
		e->is_weak = is_weak(s->object, e->name);
		s->n_externs++;
	}
}

static uint32_t section_length(const struct btf *btf, const char *section)
{
	int32_t id = btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC);

	return id > 0 ? btf_vlen(btf__type_by_id(btf, id)) : 0;
}

static void find_externs(struct check_subject *s)
{
	s->externs =
		mem_array(section_length(s->btf, ".ksyms") + section_length(s->btf, ".kconfig"),
			  sizeof(*s->externs));
	add_externs(s, ".ksyms", false);
	add_externs(s, ".kconfig", true);
}

static uint32_t find_section(const struct object *object, const char *name)
{
	for (uint32_t i = 1; i < object->n_sections; i++)
		if (!strcmp(object->sections[i].name, name))
			return i;
	return 0;
}

static void place_relos(struct check_subject *s)
{
	s->relos = mem_array(s->info.n_relos, sizeof(*s->relos));
	for (size_t i = 0; i < s->info.n_relos; i++) {
		const struct core_relo *relo = &s->info.relos[i];
		struct check_relo *place = &s->relos[i];
		bool is_same = i && relo->section == relo[-1].section;

		place->section =
			is_same ? place[-1].section : find_section(s->object, relo->section);
		place->insn = relo->insn_off / sizeof(struct bpf_insn);
		if (!s->code.sections[place->section].insns ||
		    place->insn >= s->code.sections[place->section].n)
			*place = (struct check_relo){ 0 };
		else
			place->function = code_function_at(&s->code, place->section, place->insn);
	}
}

static int read_btf(struct check_subject *s, struct err *err)
{
	const struct object_section *section = object_find(s->object, ".BTF");
	const struct object_section *ext = object_find(s->object, ".BTF.ext");
	AUTO(needs) struct needs needs = { 0 };
	struct span none = { "", 0 };

	if (!section || !section->data.len)
		return 0;
	if (raw_btf_open(section->data, s->name, &s->raw, err) < 0 ||
	    ext_info_read(ext ? ext->data : none, &s->raw, s->name, &s->info, err) < 0)
		return -1;
	s->btf = btf__new(section->data.data, section->data.len);
	if (!s->btf)
		return err_set(err, EC_CORRUPT, "%s: .BTF is damaged", s->name);
	place_relos(s);
	find_externs(s);
	needs_maps(s->btf, &needs);
	s->maps = needs.map_types;
	needs.map_types = (struct needs_list){ 0 };
	needs_list_sort(&s->maps);
	return variables_find(s->object, s->btf, &s->variables, err);
}

static void read_data(struct check_subject *s)
{
	s->data = mem_array(s->object->n_sections, sizeof(*s->data));
	s->flags = mem_array(s->object->n_sections, sizeof(*s->flags));
	for (size_t i = 1; i < s->object->n_sections; i++) {
		const struct object_section *section = &s->object->sections[i];

		if (!text_starts(section->name, ".rodata") || !section->data.len)
			continue;
		s->data[i] = (struct str)STR_MAX(section->data.len + 1);
		str_add(&s->data[i], section->data.data, section->data.len);
		s->flags[i] = mem_array(section->data.len, 1);
	}
	for (size_t i = 0; i < s->variables.n_items; i++) {
		const struct variable *v = &s->variables.items[i];
		uint32_t section = find_section(s->object, v->section);

		if (s->flags[section] && variable_is_flag(v))
			memset(s->flags[section] + v->offset, 1, v->size);
	}
}

/* license_is_gpl_compatible(), include/linux/license.h */
static bool is_gpl(const struct object *object)
{
	static const char *const words[] = {
		"GPL",		"GPL v2",	"GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"
	};
	const struct object_section *section = object_find(object, "license");

	for (size_t i = 0; section && i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);

		if (section->data.len >= len && !memcmp(section->data.data, words[i], len) &&
		    (section->data.len == len || !section->data.data[len]))
			return true;
	}
	return false;
}

int check_subject_open(struct span bytes, const char *name, const struct check_wish *wishes,
		       size_t n_wishes, struct check_subject **out, struct err *err)
{
	AUTO(check_subject) struct check_subject *s = mem_alloc(sizeof(*s));

	s->name = name;
	if (object_open(bytes, name, &s->object, err) < 0 ||
	    code_open(s->object, name, &s->code, err) < 0 || read_btf(s, err) < 0)
		return -1;
	read_data(s);
	s->flag_names = mem_array(s->variables.n_items + 1, sizeof(*s->flag_names));
	s->is_gpl = is_gpl(s->object);
	find_programs(s, wishes, n_wishes);
	*out = STEAL(s);
	return 0;
}

void check_subject_free(struct check_subject *s)
{
	if (!s)
		return;
	for (size_t i = 0; s->data && i < s->object->n_sections; i++) {
		str_done(&s->data[i]);
		free(s->flags[i]);
	}
	free(s->data);
	free(s->flags);
	free(s->flag_names);
	free(s->programs);
	free(s->externs);
	free(s->relos);
	needs_list_done(&s->maps);
	needs_list_done(&s->sized);
	variables_done(&s->variables);
	code_done(&s->code);
	ext_info_done(&s->info);
	raw_btf_done(&s->raw);
	btf__free(s->btf);
	object_free(s->object);
	free(s);
}

void check_subject_set(struct check_subject *s, const char *section, uint32_t offset,
		       const void *bytes, uint32_t size)
{
	uint32_t index = find_section(s->object, section);
	struct str *data = &s->data[index];

	if (data->len && offset <= data->len && size <= data->len - offset)
		memcpy(data->data + offset, bytes, size);
}

void check_subject_name_flag(struct check_subject *s, const char *variable, const char *name)
{
	for (size_t i = 0; i < s->variables.n_items; i++)
		if (!strcmp(s->variables.items[i].name, variable))
			s->flag_names[i] = name;
}

void check_subject_size_map(struct check_subject *s, const char *map)
{
	needs_list_add(&s->sized, map);
}

const struct check_extern *check_find_extern(const struct check_subject *s, const char *name)
{
	for (size_t i = 0; i < s->n_externs; i++)
		if (!strcmp(s->externs[i].name, name))
			return &s->externs[i];
	return NULL;
}
