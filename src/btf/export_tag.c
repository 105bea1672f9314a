// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/export_tag.h"

#include "btf/core_relo.h"
#include "btf/object.h"
#include "btf/raw_btf.h"
#include "btf/type.h"

/* The type a pointer leads to, without const and the like; typedefs stay. 0: no pointer. */
static uint32_t target_of(const struct raw_btf *btf, uint32_t id)
{
	const struct btf_type *type;

	for (int depth = 0; id && id < btf->n_types && depth < 16; depth++) {
		type = raw_btf_type(btf, id);
		switch (raw_btf_kind(type)) {
		case BTF_KIND_PTR:
			return type->type < btf->n_types ? type->type : 0;
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
			id = type->type;
			break;
		default:
			return 0;
		}
	}
	return 0;
}

/* BTF_KIND_VAR and BTF_KIND_DECL_TAG are of one size: a type and a word. */
static void make_tags(const struct raw_btf *btf)
{
	for (uint32_t id = 1; id < btf->n_types; id++) {
		struct btf_type *type = (struct btf_type *)raw_btf_type(btf, id);
		struct btf_decl_tag whole = { .component_idx = -1 };
		uint32_t target;

		if (raw_btf_kind(type) != BTF_KIND_VAR ||
		    !text_starts(raw_btf_name(btf, type->name_off), EXPORT_TAG))
			continue;
		target = target_of(btf, type->type);
		if (!target)
			continue;
		type->info = (uint32_t)BTF_KIND_DECL_TAG << 24;
		type->type = target;
		memcpy(type + 1, &whole, sizeof(whole));
	}
}

/* clang names a file that is included from standard input "././NAME" */
static int shorten_names(const struct raw_btf *btf, struct span ext, struct err *err)
{
	AUTO(ext_info) struct ext_info info = { 0 };

	if (ext_info_read(ext, btf, "the linked object", &info, err) < 0)
		return -1;
	for (size_t i = 0; i < info.n_lines; i++) {
		const char *name = info.lines[i].file;
		uint32_t offset, skip = 0;

		while (text_starts(name + skip, "./"))
			skip += 2;
		memcpy(&offset,
		       info.lines[i].record + offsetof(struct bpf_line_info, file_name_off),
		       sizeof(offset));
		offset += skip;
		memcpy((char *)info.lines[i].record + offsetof(struct bpf_line_info, file_name_off),
		       &offset, sizeof(offset));
	}
	return 0;
}

int export_tags_make(struct str *elf, struct err *err)
{
	AUTO(object) struct object *object = NULL;
	AUTO(raw_btf) struct raw_btf btf = { 0 };
	const struct object_section *section, *ext;

	if (object_open((struct span){ str_text(elf), elf->len }, "the linked object", &object,
			err) < 0)
		return -1;
	section = object_find(object, ".BTF");
	ext = object_find(object, ".BTF.ext");
	if (!section)
		return 0;
	/* the sections are borrowed from elf's bytes, which are ours to change */
	if (raw_btf_open(section->data, "the linked object", &btf, err) < 0)
		return -1;
	make_tags(&btf);
	return ext ? shorten_names(&btf, ext->data, err) : 0;
}

uint32_t export_tag_find(const struct btf *btf, const char *map)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name;

		if (!btf_is_decl_tag(type))
			continue;
		name = type_text(btf, type->name_off);
		if (name && text_starts(name, EXPORT_TAG) &&
		    !strcmp(name + strlen(EXPORT_TAG), map))
			return type->type;
	}
	return 0;
}

/* The struct that a global variable points to; 0: it is none such. */
static uint32_t pointed_struct(const struct btf *btf, const struct btf_type *variable)
{
	const struct btf_type *type = type_stripped(btf, variable->type);
	uint32_t id;

	if (!btf_is_ptr(type))
		return 0;
	id = type_strip(btf, type->type);
	return btf_is_composite(btf__type_by_id(btf, id)) ? id : 0;
}

uint32_t export_guess(const struct btf *btf)
{
	uint32_t found = 0, id;

	for (uint32_t i = 1; i < btf__type_cnt(btf); i++) {
		const struct btf_type *type = btf__type_by_id(btf, i);

		if (!btf_is_var(type))
			continue;
		id = pointed_struct(btf, type);
		if (id && found && id != found)
			return 0;
		if (id)
			found = id;
	}
	return found;
}
