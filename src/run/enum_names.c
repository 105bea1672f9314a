// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Names of enumerators by value, for plans. */
#include "base/alloc.h"
#include "base/str.h"
#include "btf/type.h"
#include "run/plan.h"

static int compare(const void *a, const void *b)
{
	const struct enum_name *x = a, *y = b;

	return x->value < y->value ? -1 : x->value > y->value;
}

static bool is_dense(const struct enum_names *names)
{
	for (size_t i = 0; i < names->n_names; i++)
		if (names->names[i].value != i)
			return false;
	return true;
}

/* A C identifier, unless somebody wrote the BTF by hand: then nothing that JSON would escape. */
static char *clean_name(const char *text)
{
	char *clean = text_printable(text, strlen(text));

	for (char *c = clean; *c; c++)
		if (*c == '"' || *c == '\\')
			*c = '?';
	return clean;
}

struct enum_names *enum_names_new(const struct btf *btf, uint32_t enum_id)
{
	const struct btf_type *type = btf__type_by_id(btf, enum_id);
	struct enum_names *names = mem_alloc(sizeof(*names));
	uint32_t n = btf_vlen(type), name_off;

	names->names = mem_array(n, sizeof(*names->names));
	for (uint32_t i = 0; i < n; i++) {
		struct enum_name *name = &names->names[i];
		const char *text;

		name->value = type_enumerator_at(type, i, &name_off);
		if (type->size < 8)
			name->value &= (1ull << (8 * type->size)) - 1;
		text = type_text(btf, name_off);
		name->text = clean_name(text ? text : "");
		name->len = strlen(name->text);
		if (name->len > names->longest)
			names->longest = name->len;
	}
	names->n_names = n;
	qsort(names->names, n, sizeof(*names->names), compare);
	names->is_dense = is_dense(names);
	return names;
}

void enum_names_free(struct enum_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->n_names; i++)
		free((char *)names->names[i].text);
	free(names->names);
	free(names);
}

const struct enum_name *enum_names_find(const struct enum_names *names, uint64_t value)
{
	struct enum_name key = { .value = value };

	if (names->is_dense)
		return value < names->n_names ? &names->names[value] : NULL;
	return bsearch(&key, names->names, names->n_names, sizeof(key), compare);
}
