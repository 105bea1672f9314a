// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/config.h"

#include "base/alloc.h"

static json_t *start(const json_t *other)
{
	return other ? json_copy((json_t *)other) : json_object();
}

static void set_any(json_t *object, const char *name, json_t *value)
{
	if (value)
		js_set(object, name, json_incref(value));
}

static json_t *dump_cmdarg(const struct config_cmdarg *cmdarg)
{
	json_t *json = start(cmdarg->other);

	set_any(json, "default", cmdarg->default_value);
	js_set_text(json, "long", cmdarg->long_name);
	js_set_text(json, "short", cmdarg->short_name);
	js_set_text(json, "help", cmdarg->help);
	return json;
}

static json_t *dump_variable(const struct config_variable *v)
{
	json_t *json = start(v->other);

	js_set_text(json, "name", v->name);
	js_set_text(json, "type", v->type);
	set_any(json, "value", v->value);
	js_set_text(json, "description", v->description);
	if (v->has_cmdarg)
		js_set(json, "cmdarg", dump_cmdarg(&v->cmdarg));
	return json;
}

static json_t *dump_section(const struct config_section *section)
{
	json_t *json = start(section->other);
	json_t *variables = json_array();

	js_set_text(json, "name", section->name);
	for (size_t i = 0; i < section->n_variables; i++)
		js_append(variables, dump_variable(&section->variables[i]));
	js_set(json, "variables", variables);
	return json;
}

static json_t *dump_sample(const struct config_sample *sample)
{
	static const char *const words[] = { "default_kv", "log2_hist", "linear_hist" };
	json_t *json = start(sample->other);

	js_set_size(json, "interval", sample->interval_ms);
	js_set_text(json, "type", words[sample->kind]);
	js_set_text(json, "unit", sample->unit);
	js_set_bool(json, "clear_map", sample->clears_map);
	return json;
}

static json_t *dump_data(const struct config_map *map)
{
	json_t *list = json_array();
	json_t *element;

	for (size_t i = 0; i < map->n_data; i++) {
		element = json_object();
		js_set(element, "key", json_incref(map->data[i].key));
		js_set(element, "value", json_incref(map->data[i].value));
		js_append(list, element);
	}
	return list;
}

static json_t *dump_map(const struct config_map *map)
{
	json_t *json = start(map->other);

	js_set_text(json, "name", map->name);
	js_set_text(json, "ident", map->ident ? map->ident : map->name);
	js_set_bool(json, "mmaped", map->is_mmaped);
	if (map->has_sample)
		js_set(json, "sample", dump_sample(&map->sample));
	js_set_text(json, "export", map->export_type);
	set_any(json, "export_config", map->export_config);
	set_any(json, "interpreter", map->interpreter);
	set_any(json, "intepreter", map->interpreter); /* the only spelling that ecli reads */
	if (map->n_data)
		js_set(json, "data", dump_data(map));
	if (map->max_entries)
		js_set_size(json, "max_entries", map->max_entries);
	return json;
}

static json_t *dump_prog(const struct config_prog *prog)
{
	json_t *json = start(prog->other);

	js_set_text(json, "name", prog->name);
	js_set_text(json, "attach", prog->attach);
	js_set_bool(json, "link", prog->is_linked);
	if (prog->is_optional)
		js_set_bool(json, "optional", true);
	if (prog->alternative)
		js_set_text(json, "alternative", prog->alternative);
	return json;
}

static json_t *dump_member(const struct config_member *member)
{
	json_t *json = start(member->other);

	js_set_text(json, "name", member->name);
	js_set_text(json, "type", member->type);
	js_set_text(json, "column", member->column);
	js_set_text(json, "format", member->format);
	js_set_text(json, "unit", member->unit);
	js_set_text(json, "description", member->description);
	if (member->is_hidden)
		js_set_bool(json, "hidden", true);
	return json;
}

static json_t *dump_export(const struct config_export *export)
{
	json_t *json = start(export->other);
	json_t *members = json_array();

	js_set_text(json, "name", export->name);
	js_set_size(json, "size", export->size);
	js_set_size(json, "type_id", export->type_id);
	for (size_t i = 0; i < export->n_members; i++)
		js_append(members, dump_member(&export->members[i]));
	js_set(json, "members", members);
	return json;
}

static json_t *dump_doc(const struct config *config)
{
	json_t *json = start(config->doc.other);

	js_set_text(json, "version", config->doc.version);
	js_set_text(json, "brief", config->doc.brief);
	js_set_text(json, "details", config->doc.details);
	js_set_text(json, "description", config->doc.description);
	return json;
}

#define DUMP_LIST(items, n, dump)                             \
	({                                                    \
		json_t *list_ = json_array();                 \
		for (size_t i_ = 0; i_ < (n); i_++)           \
			js_append(list_, dump(&(items)[i_])); \
		list_;                                        \
	})

static json_t *dump_skel(const struct config *config)
{
	json_t *json = start(config->skel_other);
	json_t *doc = dump_doc(config);

	js_set_text(json, "obj_name", config->obj_name ? config->obj_name : "");
	if (json_object_size(doc))
		js_set(json, "doc", json_incref(doc));
	json_decref(doc);
	js_set(json, "data_sections",
	       DUMP_LIST(config->sections, config->n_sections, dump_section));
	js_set(json, "maps", DUMP_LIST(config->maps, config->n_maps, dump_map));
	js_set(json, "progs", DUMP_LIST(config->progs, config->n_progs, dump_prog));
	return json;
}

json_t *config_dump(const struct config *config)
{
	json_t *json = start(config->other);

	js_set(json, "bpf_skel", dump_skel(config));
	js_set(json, "export_types", DUMP_LIST(config->exports, config->n_exports, dump_export));
	js_set_text(json, "eunomia_version", config->eunomia_version);
	js_set_size(json, "poll_timeout_ms", config->poll_timeout_ms);
	js_set_size(json, "perf_buffer_pages", config->perf_buffer_pages);
	if (config->has_multiple_exports)
		js_set_bool(json, "enable_multiple_export_types", true);
	return json;
}
