// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/needs_core.h"

#include <ctype.h>
#include <elf.h>

#include "base/alloc.h"
#include "btf/kernel_word.h"
#include "btf/type.h"

#define MAX_LEVELS 64  /* libbpf, BPF_CORE_SPEC_MAX_LEN */
#define MAX_FIELD 4096 /* bytes; C has no names so long */

/* A relocation's way from its root type to a member. */
struct walk {
	const struct btf *btf;
	uint32_t id;
	struct str *field;
};

/* "" also for an offset that is out of range: btf__new() of libbpf 1.1 does not check them. */
static const char *name_at(const struct btf *btf, uint32_t offset)
{
	const char *name = type_text(btf, offset);

	return name ? name : "";
}

static int corrupt(const char *what, const struct core_relo *relo, struct err *err)
{
	return err_set(err, EC_CORRUPT,
		       "%s: a CO-RE relocation has the access string '%.64s', "
		       "which its type does not fit",
		       what, relo->access);
}

/* The next number of an access string "0:1:2"; false: that is none. */
static bool next_number(const char **access, uint32_t *out)
{
	uint64_t n = 0;
	const char *p = *access;

	if (!isdigit((unsigned char)*p))
		return false;
	while (isdigit((unsigned char)*p) && n <= UINT32_MAX)
		n = n * 10 + (*p++ - '0');
	if (n > UINT32_MAX || (*p && *p != ':') || (*p && !p[1]))
		return false;
	*access = *p ? p + 1 : p;
	*out = n;
	return true;
}

static bool step(struct walk *w, uint32_t index)
{
	const struct btf_type *type = type_stripped(w->btf, w->id);
	const struct btf_member *member;

	if (btf_is_array(type)) {
		w->id = btf_array(type)->type;
		return true;
	}
	if (!btf_is_composite(type) || index >= btf_vlen(type))
		return false;
	member = &btf_members(type)[index];
	if (*name_at(w->btf, member->name_off))
		str_addf(w->field, "%s%s", w->field->len ? "." : "",
			 name_at(w->btf, member->name_off));
	w->id = member->type;
	return true;
}

static bool walk(struct walk *w, const char *access)
{
	uint32_t index;

	for (int n = 0; *access; n++) {
		if (n == MAX_LEVELS || !next_number(&access, &index))
			return false;
		if (n > 0 && !step(w, index))
			return false;
	}
	return true;
}

/* The enumerator by index, of either kind of enum. */
static const char *enumerator(const struct btf *btf, uint32_t id, const char *access)
{
	const struct btf_type *type = type_stripped(btf, id);
	uint32_t index;

	if (!next_number(&access, &index) || *access || index >= btf_vlen(type))
		return NULL;
	if (btf_is_enum(type))
		return name_at(btf, btf_enum(type)[index].name_off);
	if (btf_is_enum64(type))
		return name_at(btf, btf_enum64(type)[index].name_off);
	return NULL;
}

static struct needs_type *find_type(struct needs *needs, const char *name)
{
	AUTO(free) char *plain = mem_textn(name, raw_btf_essential(name));

	for (size_t i = 0; i < needs->n_types; i++)
		if (!strcmp(needs->types[i].name, plain))
			return &needs->types[i];
	ARRAY_ROOM(needs->types, needs->n_types, needs->types_cap);
	needs->types[needs->n_types] = (struct needs_type){ .name = STEAL(plain) };
	return &needs->types[needs->n_types++];
}

static int add_relo(const struct btf *btf, const struct core_relo *relo, const char *what,
		    struct needs *needs, struct err *err)
{
	struct needs_type *type = find_type(needs, type_name(btf, relo->type_id));
	AUTO(str) struct str field = STR_MAX(MAX_FIELD);
	struct walk w = { btf, relo->type_id, &field };
	const char *name;

	switch (relo->kind) {
	case BPF_CORE_FIELD_BYTE_OFFSET ... BPF_CORE_FIELD_RSHIFT_U64:
		if (!walk(&w, relo->access))
			return corrupt(what, relo, err);
		if (field.len)
			needs_list_add(&type->fields, str_text(&field));
		return 0;
	case BPF_CORE_ENUMVAL_EXISTS:
	case BPF_CORE_ENUMVAL_VALUE:
		name = enumerator(btf, relo->type_id, relo->access);
		if (!name)
			return corrupt(what, relo, err);
		needs_list_add(&type->fields, name);
		return 0;
	default:
		return 0;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct needs_type *)a)->name, ((const struct needs_type *)b)->name);
}

int needs_core(const struct btf *btf, const struct ext_info *info, const char *what,
	       struct needs *needs, struct err *err)
{
	for (size_t i = 0; i < info->n_relos; i++) {
		const struct core_relo *relo = &info->relos[i];

		if (relo->kind == BPF_CORE_TYPE_ID_LOCAL)
			continue;
		needs->kernel_btf = true;
		if (*type_name(btf, relo->type_id) && add_relo(btf, relo, what, needs, err) < 0)
			return -1;
	}
	if (needs->n_types)
		qsort(needs->types, needs->n_types, sizeof(*needs->types), by_name);
	for (size_t i = 0; i < needs->n_types; i++)
		needs_list_sort(&needs->types[i].fields);
	return 0;
}

static const struct btf_type *section_type(const struct btf *btf, const char *name)
{
	int32_t id = btf__find_by_name_kind(btf, name, BTF_KIND_DATASEC);

	return id > 0 ? btf__type_by_id(btf, id) : NULL;
}

static void add_map_type(uint32_t number, struct needs *needs)
{
	const char *word = kernel_map_word(number);
	AUTO(free) char *numbered = word ? NULL : mem_printf("map#%u", number);

	needs_list_add(&needs->map_types, word ? word : numbered);
}

/* The struct that a map's definition is, with `type`, `values`, … as members. */
static void add_map(const struct btf *btf, const struct btf_type *def, bool is_inner,
		    struct needs *needs)
{
	for (uint32_t i = 0; btf_is_struct(def) && i < btf_vlen(def); i++) {
		const struct btf_member *member = &btf_members(def)[i];
		const char *name = name_at(btf, member->name_off);
		const struct btf_type *type = type_stripped(btf, member->type);

		if (!strcmp(name, "type") && btf_is_ptr(type)) {
			/* __uint(type, N) is a pointer to an array of N */
			type = type_stripped(btf, type->type);
			if (btf_is_array(type) && btf_array(type)->nelems)
				add_map_type(btf_array(type)->nelems, needs);
		} else if (!strcmp(name, "values") && btf_is_array(type) && !is_inner) {
			type = type_stripped(btf, btf_array(type)->type);
			if (btf_is_ptr(type))
				add_map(btf, type_stripped(btf, type->type), true, needs);
		}
	}
}

void needs_maps(const struct btf *btf, struct needs *needs)
{
	const struct btf_type *section = section_type(btf, ".maps");

	for (uint32_t i = 0; section && i < btf_vlen(section); i++) {
		const struct btf_type *var =
			btf__type_by_id(btf, btf_var_secinfos(section)[i].type);

		if (var && btf_is_var(var))
			add_map(btf, type_stripped(btf, var->type), false, needs);
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

void needs_ksyms(const struct btf *btf, const struct object *object,
		 const struct needs_filter *filter, struct needs *needs)
{
	const struct btf_type *section = section_type(btf, ".ksyms");

	for (uint32_t i = 0; section && i < btf_vlen(section); i++) {
		uint32_t id = btf_var_secinfos(section)[i].type;
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (type && filter && filter->is_strict && is_weak(object, type_name(btf, id)))
			continue;
		if (type && btf_is_func(type))
			needs_list_add(&needs->kfuncs, type_name(btf, id));
		else if (type && btf_is_var(type))
			needs_list_add(&needs->ksyms, type_name(btf, id));
	}
}
