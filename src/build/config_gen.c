// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/config_gen.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "btf/type.h"
#include "build/opened.h"

struct generator {
	const struct config_input *in;
	struct opened object;
	json_t *root;
	json_t *skel;
	json_t *exports; /* export_types */
	struct err *err;
};

static void generator_done(struct generator *g)
{
	opened_done(&g->object);
	json_decref(g->root);
}
AUTO_STRUCT(generator, struct generator, generator_done);

static void copy_tag(json_t *to, const char *key, const json_t *tags, const char *tag)
{
	json_t *value = json_object_get(tags, tag);

	if (value)
		js_set(to, key, json_incref(value));
}

/* Everything an annotation says, but for what has another name in the schema. */
static void copy_tags(json_t *to, const struct note *note)
{
	const char *tag;
	json_t *value;

	if (!note)
		return;
	json_object_foreach (note->tags, tag, value) {
		if (!strcmp(tag, "export"))
			continue;
		if (!strcmp(tag, "intepreter"))
			tag = "interpreter";
		js_set(to, tag, json_incref(value));
	}
}

/*
 * Check what one annotation came to by reading it as part of a small configuration, so that an error
 * can name its place in the source. list and outer: where it stands in the schema.
 */
static int check(struct generator *g, const struct note *note, const char *list, json_t *item)
{
	AUTO(config) struct config *config = NULL;
	AUTO(str) struct str unknown = STR_MAX(LIMIT_TEXT);
	AUTO(json) json_t *doc = NULL;

	if (!note)
		return 0;
	if (!strcmp(list, "variables"))
		doc = json_pack("{s:{s:[{s:s,s:[O]}]}}", "bpf_skel", "data_sections", "name", "",
				list, item);
	else if (!strcmp(list, "members"))
		doc = json_pack("{s:{},s:[{s:s,s:[O]}]}", "bpf_skel", "export_types", "name", "",
				list, item);
	else
		doc = json_pack("{s:{s:[O]}}", "bpf_skel", list, item);
	if (config_parse(doc, "annotation", &config, &unknown, g->err) < 0)
		return err_wrap(g->err, "%s:%u", note->path, note->line);
	if (unknown.len && strcmp(list, "progs"))
		log_warn("%s:%u: not known: %s", note->path, note->line, str_text(&unknown));
	return 0;
}

static json_t *section_named(struct generator *g, const char *name)
{
	json_t *sections = json_object_get(g->skel, "data_sections");
	json_t *section;
	size_t i;

	json_array_foreach (sections, i, section)
		if (!strcmp(json_string_value(json_object_get(section, "name")), name))
			return section;
	section = json_pack("{s:s,s:[]}", "name", name, "variables");
	js_append(sections, section);
	return section;
}

/* flags: of epm.yaml say the same as @cmdarg, and win */
static json_t *wish_of_spec(const struct generator *g, const char *variable)
{
	return g->in->spec ? json_object_get(g->in->spec->flags, variable) : NULL;
}

static int warn_unused(struct generator *g, const struct variable *v)
{
	bool is_used;

	if (!v->is_read_only || !variable_is_flag(v))
		return 0;
	if (variable_is_used(g->object.elf, v, &is_used, g->err) < 0)
		return -1;
	if (!is_used)
		log_warn("%s: --%s would do nothing: no program reads it (is it 'const' without "
			 "'volatile'?)",
			 g->in->name, v->name);
	return 0;
}

static int add_variable(struct generator *g, const struct variable *v)
{
	const struct note *note = notes_find(g->in->notes, NOTE_VARIABLE, NULL, v->name);
	AUTO(free) char *type = type_spelling(g->object.btf, v->type_id);
	json_t *item = json_object(), *wish = wish_of_spec(g, v->name);

	js_set_text(item, "name", v->name);
	js_set_text(item, "type", type);
	js_append(json_object_get(section_named(g, v->section), "variables"), item);
	copy_tags(item, note);
	if (wish)
		js_set(item, "cmdarg", json_incref(wish));
	if (check(g, note, "variables", item) < 0)
		return -1;
	return warn_unused(g, v);
}

static int add_variables(struct generator *g)
{
	js_set(g->skel, "data_sections", json_array());
	for (size_t i = 0; i < g->object.variables.n_items; i++)
		if (add_variable(g, &g->object.variables.items[i]) < 0)
			return -1;
	return 0;
}

/* The struct (or typedef of one) by name; 0: the object does not have it. */
static uint32_t struct_id(const struct generator *g, const char *name)
{
	static const uint32_t kinds[] = { BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_TYPEDEF };
	int id = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && id <= 0; i++)
		id = btf__find_by_name_kind(g->object.btf, name, kinds[i]);
	return id > 0 ? id : 0;
}

static int add_member(struct generator *g, const char *owner, const struct btf_member *member,
		      json_t *members)
{
	const char *name = type_text(g->object.btf, member->name_off);
	const struct note *note;
	AUTO(free) char *type = NULL;
	json_t *item;

	if (!name || !*name)
		return 0;
	note = notes_find(g->in->notes, NOTE_MEMBER, owner, name);
	type = type_spelling(g->object.btf, member->type);
	item = json_pack("{s:s,s:s}", "name", name, "type", type);
	js_append(members, item);
	if (!note)
		return 0;
	copy_tags(item, note);
	js_set_text(item, "name", name);
	copy_tag(item, "column", note->tags, "name");
	if (json_object_get(note->tags, "format") &&
	    !config_is_format(json_string_value(json_object_get(note->tags, "format"))))
		return err_set(g->err, EC_CORRUPT, "%s:%u: there is no format '%s' (%s)",
			       note->path, note->line,
			       json_string_value(json_object_get(note->tags, "format")),
			       config_format_names());
	return check(g, note, "members", item);
}

/* Members of anonymous structs and unions belong to the outer one, as in C. */
static int add_members(struct generator *g, const char *owner, const struct btf_type *type,
		       json_t *members)
{
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *name = type_text(g->object.btf, member->name_off);
		const struct btf_type *inner = type_stripped(g->object.btf, member->type);

		if ((!name || !*name) && btf_is_composite(inner)) {
			if (add_members(g, owner, inner, members) < 0)
				return -1;
		} else if (add_member(g, owner, member, members) < 0) {
			return -1;
		}
	}
	return 0;
}

static json_t *find_export(const struct generator *g, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach (g->exports, i, item)
		if (!strcmp(json_string_value(json_object_get(item, "name")), name))
			return item;
	return NULL;
}

/* A struct among export_types, once. */
static int add_export(struct generator *g, const char *name, uint32_t id)
{
	const struct btf_type *type = type_stripped(g->object.btf, id);
	json_t *item, *members;

	if (find_export(g, name))
		return 0;
	members = json_array();
	item = json_pack("{s:s,s:I,s:I,s:o}", "name", name, "size", (json_int_t)type->size,
			 "type_id", (json_int_t)id, "members", members);
	js_append(g->exports, item);
	return btf_is_composite(type) ? add_members(g, name, type, members) : 0;
}

static int export_buffer(struct generator *g, const char *map, json_t *item)
{
	const struct export *export = exports_of(g->in->exports, map);
	uint32_t id;

	if (!export || !export->type)
		return export_unclear(map, export, g->err);
	id = struct_id(g, export->type);
	if (!id)
		return err_set(g->err, EC_NOT_FOUND,
			       "map %s: the object has no type '%s', which it is said to carry",
			       map, export->type);
	js_set_text(item, "export", export->type);
	return add_export(g, export->type, id);
}

/* The name by which columns of a struct can be chosen; NULL: it has none, or is no struct. */
static const char *struct_name(const struct generator *g, uint32_t id)
{
	const char *name = type_name(g->object.btf, type_strip(g->object.btf, id));

	if (!btf_is_struct(type_stripped(g->object.btf, id)))
		return NULL;
	return *name ? name : type_typedef(g->object.btf, id);
}

/* Key and value of a sampled map. */
static int export_element(struct generator *g, const struct bpf_map *map, json_t *item)
{
	const char *value = struct_name(g, bpf_map__btf_value_type_id(map));
	const char *key = struct_name(g, bpf_map__btf_key_type_id(map));

	js_set_text(item, "export", value);
	if (value && add_export(g, value, struct_id(g, value)) < 0)
		return -1;
	return key ? add_export(g, key, struct_id(g, key)) : 0;
}

static bool is_buffer(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF ||
	       bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

/* "rodata.str1.1" -> "rodata_str1_1", as eunomia's skeletons call internal maps */
static char *ident_of(const char *section)
{
	char *ident = mem_text(section + (*section == '.'));

	for (char *c = ident; *c; c++)
		if (*c == '.')
			*c = '_';
	return ident;
}

static int add_map(struct generator *g, const struct bpf_map *map, json_t *maps)
{
	const char *name = bpf_map__name(map), *section = opened_data_section(&g->object, map);
	const struct note *note = section ? NULL : notes_find(g->in->notes, NOTE_MAP, NULL, name);
	AUTO(free) char *ident = section ? ident_of(section) : mem_text(name);
	json_t *item = json_pack("{s:s,s:s}", "name", name, "ident", ident);

	js_append(maps, item);
	if (section) {
		js_set_bool(item, "mmaped", true);
		return 0;
	}
	copy_tags(item, note);
	if (check(g, note, "maps", item) < 0)
		return -1;
	if (is_buffer(map))
		return export_buffer(g, name, item);
	return json_object_get(item, "sample") ? export_element(g, map, item) : 0;
}

static int add_maps(struct generator *g)
{
	json_t *maps = json_array();
	struct bpf_map *map;

	js_set(g->skel, "maps", maps);
	bpf_object__for_each_map (map, g->object.bpf)
		if (add_map(g, map, maps) < 0)
			return -1;
	return 0;
}

static int add_program(struct generator *g, const struct bpf_program *program, json_t *progs)
{
	const char *name = bpf_program__name(program);
	const struct note *note = notes_find(g->in->notes, NOTE_PROGRAM, NULL, name);
	json_t *item = json_object();

	copy_tags(item, note);
	js_set_text(item, "name", name);
	js_set_text(item, "attach", bpf_program__section_name(program));
	js_set_bool(item, "link", true);
	js_append(progs, item);
	return check(g, note, "progs", item);
}

static int add_programs(struct generator *g)
{
	json_t *progs = json_array();
	struct bpf_program *program;

	js_set(g->skel, "progs", progs);
	bpf_object__for_each_program (program, g->object.bpf)
		if (add_program(g, program, progs) < 0)
			return -1;
	return 0;
}

/* What is said of the tool: before LICENSE, and in epm.yaml, which wins. */
static void add_doc(struct generator *g)
{
	static const char *const keys[] = { "version", "brief", "details", "description" };
	const struct note *note = notes_find(g->in->notes, NOTE_LICENSE, NULL, NULL);
	const struct spec *spec = g->in->spec;
	json_t *doc = json_object();

	for (size_t i = 0; note && i < ARRAY_SIZE(keys); i++) {
		json_t *value = json_object_get(note->tags, keys[i]);
		AUTO(free) char *text = NULL;

		if (!value)
			continue;
		text = json_is_string(value) ? mem_text(json_string_value(value)) : js_dump(value);
		js_set_text(doc, keys[i], text);
	}
	js_set_text(doc, "version", spec ? spec->version : NULL);
	js_set_text(doc, "description", spec ? spec->description : NULL);
	if (json_object_size(doc))
		js_set(g->skel, "doc", doc);
	else
		json_decref(doc);
}

/* ecli can tell several structs apart only by numbers of types. */
static void number_exports(struct generator *g)
{
	json_t *map, *export;
	const char *name;
	size_t i;

	if (json_array_size(g->exports) < 2)
		return;
	js_set_bool(g->root, "enable_multiple_export_types", true);
	json_array_foreach (json_object_get(g->skel, "maps"), i, map) {
		name = json_string_value(json_object_get(map, "export"));
		export = name ? find_export(g, name) : NULL;
		if (export && !json_object_get(map, "export_config"))
			js_set(map, "export_config",
			       json_pack("{s:O}", "btf_type_id",
					 json_object_get(export, "type_id")));
	}
}

int config_generate(const struct config_input *input, struct config **out, struct err *err)
{
	AUTO(generator) struct generator g = { .in = input, .err = err };
	AUTO(free) char *obj_name = mem_printf("%s_bpf", input->name);

	if (opened_open(input->object, input->name, &g.object, err) < 0)
		return -1;
	g.root = json_object();
	g.skel = json_object();
	g.exports = json_array();
	js_set(g.root, "bpf_skel", g.skel);
	js_set(g.root, "export_types", g.exports);
	js_set_text(g.skel, "obj_name", obj_name);
	add_doc(&g);
	if (add_variables(&g) < 0 || add_maps(&g) < 0 || add_programs(&g) < 0)
		return -1;
	number_exports(&g);
	return config_parse(g.root, input->name, out, NULL, err);
}
