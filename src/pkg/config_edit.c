// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct config *config_new(void)
{
	struct config *config = mem_alloc(sizeof(*config));

	config->poll_timeout_ms = 100;
	config->perf_buffer_pages = 64;
	return config;
}

static void variable_done(struct config_variable *v)
{
	free(v->name);
	free(v->type);
	free(v->description);
	free(v->cmdarg.long_name);
	free(v->cmdarg.short_name);
	free(v->cmdarg.help);
	json_decref(v->cmdarg.default_value);
	json_decref(v->cmdarg.other);
	json_decref(v->value);
	json_decref(v->other);
}

static void section_done(struct config_section *section)
{
	for (size_t i = 0; i < section->n_variables; i++)
		variable_done(&section->variables[i]);
	free(section->variables);
	free(section->name);
	json_decref(section->other);
}

static void map_done(struct config_map *map)
{
	for (size_t i = 0; i < map->n_data; i++) {
		json_decref(map->data[i].key);
		json_decref(map->data[i].value);
	}
	free(map->data);
	free(map->name);
	free(map->ident);
	free(map->sample.unit);
	free(map->export_type);
	json_decref(map->sample.other);
	json_decref(map->export_config);
	json_decref(map->interpreter);
	json_decref(map->other);
}

static void prog_done(struct config_prog *prog)
{
	free(prog->name);
	free(prog->attach);
	free(prog->alternative);
	json_decref(prog->other);
}

static void member_done(struct config_member *member)
{
	free(member->name);
	free(member->type);
	free(member->column);
	free(member->format);
	free(member->unit);
	free(member->description);
	json_decref(member->other);
}

static void export_done(struct config_export *export)
{
	for (size_t i = 0; i < export->n_members; i++)
		member_done(&export->members[i]);
	free(export->members);
	free(export->name);
	json_decref(export->other);
}

static void doc_done(struct config *config)
{
	free(config->doc.version);
	free(config->doc.brief);
	free(config->doc.details);
	free(config->doc.description);
	json_decref(config->doc.other);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->n_sections; i++)
		section_done(&config->sections[i]);
	for (size_t i = 0; i < config->n_maps; i++)
		map_done(&config->maps[i]);
	for (size_t i = 0; i < config->n_progs; i++)
		prog_done(&config->progs[i]);
	for (size_t i = 0; i < config->n_exports; i++)
		export_done(&config->exports[i]);
	free(config->sections);
	free(config->maps);
	free(config->progs);
	free(config->exports);
	doc_done(config);
	free(config->obj_name);
	free(config->eunomia_version);
	json_decref(config->other);
	json_decref(config->skel_other);
	free(config);
}

struct config_map *config_find_map(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_maps; i++)
		if (!strcmp(config->maps[i].name, name))
			return &config->maps[i];
	return NULL;
}

struct config_prog *config_find_prog(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_progs; i++)
		if (!strcmp(config->progs[i].name, name))
			return &config->progs[i];
	return NULL;
}

struct config_export *config_find_export(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_exports; i++)
		if (!strcmp(config->exports[i].name, name))
			return &config->exports[i];
	return NULL;
}

struct config_variable *config_find_variable(const struct config *config, const char *section,
					     const char *name)
{
	for (size_t i = 0; i < config->n_sections; i++) {
		const struct config_section *s = &config->sections[i];

		if (section && strcmp(s->name, section) != 0)
			continue;
		for (size_t k = 0; k < s->n_variables; k++)
			if (!strcmp(s->variables[k].name, name))
				return &s->variables[k];
	}
	return NULL;
}

/* Room for one more, zeroed. The arrays are short and grow one by one. */
static void *grow(void **items, size_t *n, size_t size)
{
	char *p = mem_resize(*items, *n + 1, size);

	*items = p;
	p += *n * size;
	memset(p, 0, size);
	(*n)++;
	return p;
}

struct config_section *config_add_section(struct config *config, const char *name)
{
	struct config_section *section =
		grow((void **)&config->sections, &config->n_sections, sizeof(*section));

	section->name = mem_text(name);
	return section;
}

struct config_variable *config_add_variable(struct config_section *section, const char *name)
{
	struct config_variable *variable =
		grow((void **)&section->variables, &section->n_variables, sizeof(*variable));

	variable->name = mem_text(name);
	return variable;
}

struct config_map *config_add_map(struct config *config, const char *name)
{
	struct config_map *map = grow((void **)&config->maps, &config->n_maps, sizeof(*map));

	map->name = mem_text(name);
	return map;
}

struct config_prog *config_add_prog(struct config *config, const char *name)
{
	struct config_prog *prog = grow((void **)&config->progs, &config->n_progs, sizeof(*prog));

	prog->name = mem_text(name);
	prog->is_linked = true;
	return prog;
}

struct config_export *config_add_export(struct config *config, const char *name)
{
	struct config_export *export =
		grow((void **)&config->exports, &config->n_exports, sizeof(*export));

	export->name = mem_text(name);
	return export;
}

struct config_member *config_add_member(struct config_export *export, const char *name)
{
	struct config_member *member =
		grow((void **)&export->members, &export->n_members, sizeof(*member));

	member->name = mem_text(name);
	return member;
}
