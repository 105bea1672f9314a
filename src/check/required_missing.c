// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "btf/kernel_word.h"
#include "check/offers.h"
#include "check/required.h"
#include "check/targets.h"

#define DEPTH_MOST 16 /* of anonymous structs */

struct question {
	struct kernel *kernel;
	const struct live *live;
	struct str *why;
};

static bool miss(struct question *q, const char *what, const char *name)
{
	AUTO(free) char *clean = text_printable(name, strlen(name));

	str_addf(q->why, "there is no %s %s", what, clean);
	return true;
}

static bool lacks_program(struct question *q, const char *word)
{
	return offers_word(q->kernel, "bpf_prog_type", "BPF_PROG_TYPE_", word) == OFFER_NO &&
	       miss(q, "program type", word);
}

static bool lacks_map(struct question *q, const char *word)
{
	return offers_word(q->kernel, "bpf_map_type", "BPF_MAP_TYPE_", word) == OFFER_NO &&
	       miss(q, "map type", word);
}

static bool lacks_helper(struct question *q, const char *word)
{
	AUTO(free) char *name = NULL;

	if (!text_starts(word, "bpf_")) /* helper#N: by a newer epm */
		return false;
	name = mem_printf("BPF_FUNC_%s", word + 4);
	return offers_enumerator(q->kernel, "bpf_func_id", name) == OFFER_NO &&
	       miss(q, "helper", word);
}

static bool lacks_kfunc(struct question *q, const char *word)
{
	AUTO(free) char *plain = mem_textn(word, raw_btf_essential(word));

	return !kernel_has_function(q->kernel, word) && !kernel_has_function(q->kernel, plain) &&
	       miss(q, "kernel function", word);
}

static bool lacks_target(struct question *q, const char *word)
{
	struct check_program program = { .name = word, .own_section = word, .section = word };
	struct target_question ask = { .kernel = q->kernel, .live = q->live, .program = &program };
	AUTO(free) char *clean = NULL;
	struct target_answer answer;

	program.kind = program.attached = program_kind_of(word, &program.target);
	targets_find(&ask, &answer);
	free(answer.closest);
	if (answer.level < FINDING_MISSING)
		return false;
	clean = text_printable(answer.why, strlen(answer.why));
	str_adds(q->why, clean);
	return true;
}

/* The type of a member by its name, also in anonymous structs; 0: there is none. */
static uint32_t member_type(const struct raw_btf *btf, uint32_t id, struct span name, int depth)
{
	const struct btf_type *type = raw_btf_strip(btf, id, NULL);
	uint32_t found = 0;

	if (!type || !btf_is_composite(type) || depth > DEPTH_MOST)
		return 0;
	for (uint32_t i = 0; i < btf_vlen(type) && !found; i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *own = raw_btf_name(btf, member->name_off);

		if (!*own)
			found = member_type(btf, member->type, name, depth + 1);
		else if (span_is(name, own))
			found = member->type;
	}
	return found;
}

static bool has_enumerator(const struct raw_btf *btf, const struct btf_type *type, const char *name)
{
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		uint32_t off = btf_is_enum(type) ? btf_enum(type)[i].name_off
						 : btf_enum64(type)[i].name_off;

		if (!strcmp(raw_btf_name(btf, off), name))
			return true;
	}
	return false;
}

/* "se.exec_start", elements of arrays by their array; an enumerator's name of an enum. */
static bool has_field(const struct raw_btf *btf, uint32_t id, const char *field)
{
	const struct btf_type *type = raw_btf_strip(btf, id, NULL);

	if (type && btf_is_any_enum(type))
		return has_enumerator(btf, type, field);
	while (*field && id) {
		struct span name = { field, strcspn(field, ".") };

		for (type = raw_btf_strip(btf, id, &id); type && btf_is_array(type);
		     type = raw_btf_strip(btf, id, &id))
			id = btf_array(type)->type;
		id = member_type(btf, id, name, 0);
		field += name.len;
		field += *field == '.';
	}
	return id != 0;
}

/* Is a field in any of the types of that name? An empty one asks for the type. */
static bool is_offered(const struct kernel *kernel, const char *name, const char *field)
{
	const struct kernel_part *main = &kernel->main;
	size_t len = strlen(name);

	for (uint32_t id = name_index_first(&main->names, &main->btf, name, len); id;
	     id = name_index_next(&main->names, &main->btf, id, name, len))
		if (has_field(&main->btf, id, field))
			return true;
	return false;
}

static bool lacks_any(struct question *q, const json_t *list,
		      bool (*lacks)(struct question *q, const char *word))
{
	size_t i;
	json_t *item;

	json_array_foreach (list, i, item)
		if (json_is_string(item) && lacks(q, json_string_value(item)))
			return true;
	return false;
}

static bool lacks_fields(struct question *q, const char *name, const json_t *fields)
{
	size_t i;
	json_t *field;

	json_array_foreach (fields, i, field) {
		AUTO(free) char *both = NULL;

		if (!json_is_string(field) || is_offered(q->kernel, name, json_string_value(field)))
			continue;
		both = mem_printf("%s.%s", name, json_string_value(field));
		return miss(q, "field", both);
	}
	return false;
}

static bool lacks_types(struct question *q, const json_t *types)
{
	const char *name;
	json_t *fields;

	json_object_foreach ((json_t *)types, name, fields) {
		/* what only a module has is not looked for */
		if (!*name || !is_offered(q->kernel, name, "")) {
			if (*name && !q->kernel->n_module_files)
				return miss(q, "type", name);
		} else if (lacks_fields(q, name, fields)) {
			return true;
		}
	}
	return false;
}

bool required_is_missing(const json_t *requirements, struct kernel *kernel, const struct live *live,
			 struct str *why)
{
	const json_t *r = json_object_get(requirements, "required");
	struct question q = { kernel, live, why };

	if (!json_is_object(r) || kernel->is_partial)
		return false;
	return lacks_any(&q, json_object_get(r, "programTypes"), lacks_program) ||
	       lacks_any(&q, json_object_get(r, "mapTypes"), lacks_map) ||
	       lacks_any(&q, json_object_get(r, "helpers"), lacks_helper) ||
	       lacks_any(&q, json_object_get(r, "kfuncs"), lacks_kfunc) ||
	       lacks_any(&q, json_object_get(r, "attachTargets"), lacks_target) ||
	       lacks_types(&q, json_object_get(r, "coreTypes"));
}

bool required_has_types(const json_t *requirements)
{
	const json_t *r = json_object_get(requirements, "required");

	return json_object_size(json_object_get(r, "coreTypes")) > 0;
}
