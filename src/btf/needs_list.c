// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* The lists of what an object needs, and their JSON. */
#include "base/alloc.h"
#include "btf/needs.h"

void needs_list_add(struct needs_list *list, const char *text)
{
	ARRAY_ROOM(list->items, list->n_items, list->cap);
	list->items[list->n_items++] = mem_text(text);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void needs_list_sort(struct needs_list *list)
{
	size_t n = 0;

	if (!list->n_items)
		return;
	qsort(list->items, list->n_items, sizeof(*list->items), by_text);
	for (size_t i = 1; i < list->n_items; i++) {
		if (strcmp(list->items[n], list->items[i]) == 0)
			free(list->items[i]);
		else
			list->items[++n] = list->items[i];
	}
	list->n_items = n + 1;
}

void needs_list_done(struct needs_list *list)
{
	for (size_t i = 0; i < list->n_items; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct needs_list){ 0 };
}

void needs_done(struct needs *needs)
{
	needs_list_done(&needs->program_types);
	needs_list_done(&needs->attach_targets);
	needs_list_done(&needs->helpers);
	needs_list_done(&needs->kfuncs);
	needs_list_done(&needs->ksyms);
	needs_list_done(&needs->map_types);
	needs_list_done(&needs->sensitive);
	for (size_t i = 0; i < needs->n_types; i++) {
		free(needs->types[i].name);
		needs_list_done(&needs->types[i].fields);
	}
	free(needs->types);
	*needs = (struct needs){ 0 };
}

/* Names in ELF and BTF are bytes; what is no UTF-8 in them is replaced. */
static json_t *to_json(const struct needs_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n_items; i++)
		js_append(array, js_text_lossy(list->items[i], strlen(list->items[i])));
	return array;
}

json_t *needs_to_json(const struct needs *needs)
{
	json_t *json = json_object(), *types = json_object();
	char isa[] = { 'v', (char)('0' + needs->isa), '\0' };

	js_set(json, "programTypes", to_json(&needs->program_types));
	js_set(json, "attachTargets", to_json(&needs->attach_targets));
	js_set(json, "helpers", to_json(&needs->helpers));
	js_set(json, "kfuncs", to_json(&needs->kfuncs));
	js_set(json, "ksyms", to_json(&needs->ksyms));
	js_set(json, "mapTypes", to_json(&needs->map_types));
	js_set(json, "sensitive", to_json(&needs->sensitive));
	for (size_t i = 0; i < needs->n_types; i++) {
		AUTO(json)
		json_t *name = js_text_lossy(needs->types[i].name, strlen(needs->types[i].name));

		js_set(types, json_string_value(name), to_json(&needs->types[i].fields));
	}
	js_set(json, "coreTypes", types);
	js_set_bool(json, "kernelBtf", needs->kernel_btf);
	js_set_bool(json, "gpl", needs->gpl);
	js_set_text(json, "isa", isa);
	return json;
}
