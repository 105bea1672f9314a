// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/describe.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "btf/type.h"
#include "btf/value.h"
#include "build/opened.h"
#include "check/required.h"

#define ANNOTATION "org.opencontainers.image."

static json_t *describe_toolchain(const struct description *d, struct err *err)
{
	AUTO(str) struct str header = STR_MAX(LIMIT_KERNEL_BTF);
	AUTO(free) char *path = NULL;
	AUTO(free) char *digest = NULL;
	char hex[HASH_HEX + 1];
	json_t *json = json_object();

	js_set_text(json, "compiler", d->toolchain->version);
	js_set_text(json, "options", d->options);
	if (!d->vmlinux_folder)
		return json;
	path = path_join(d->vmlinux_folder, "vmlinux.h");
	if (fs_read(AT_FDCWD, path, &header, err) < 0) {
		json_decref(json);
		return NULL;
	}
	hash_hex_of(str_text(&header), header.len, hex);
	digest = mem_printf("sha256:%s", hex);
	js_set_text(json, "vmlinux", digest);
	return json;
}

static json_t *describe_flag(const struct opened *o, const struct variable *v,
			     const struct config_variable *wish)
{
	AUTO(free) char *type = type_spelling(o->btf, v->type_id);
	AUTO(free) char *zeros = mem_alloc(v->size);
	const struct config_cmdarg *arg = &wish->cmdarg;
	json_t *json = json_object();

	js_set_text(json, "name", wish->has_cmdarg && arg->long_name ? arg->long_name : v->name);
	js_set_text(json, "variable", v->name);
	js_set_text(json, "type", type);
	js_set_text(json, "short", wish->has_cmdarg ? arg->short_name : NULL);
	js_set_text(json, "help", wish->has_cmdarg && arg->help ? arg->help : wish->description);
	if (wish->has_cmdarg && arg->default_value)
		js_set(json, "default", json_incref(arg->default_value));
	else if (wish->value)
		js_set(json, "default", json_incref(wish->value));
	else
		js_set(json, "default",
		       value_to_json(o->btf, v->type_id, v->initial ? v->initial : zeros));
	return json;
}

static json_t *describe_flags(const struct description *d, const struct opened *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->variables.n_items; i++) {
		const struct variable *v = &o->variables.items[i];
		const struct config_variable *wish = config_find_variable(d->config, NULL, v->name);

		if (wish && value_is_settable(o->btf, v->type_id) && variable_is_flag(v))
			js_append(list, describe_flag(o, v, wish));
	}
	return list;
}

static json_t *describe_programs(const struct opened *o)
{
	json_t *list = json_array();
	struct bpf_program *program;

	bpf_object__for_each_program (program, o->bpf) {
		const char *type = libbpf_bpf_prog_type_str(bpf_program__type(program));
		json_t *json = json_object();

		js_set_text(json, "name", bpf_program__name(program));
		js_set_text(json, "section", bpf_program__section_name(program));
		js_set_text(json, "type", type ? type : "unknown");
		js_append(list, json);
	}
	return list;
}

static json_t *describe_maps(const struct description *d, const struct opened *o)
{
	json_t *list = json_array();
	struct bpf_map *map;

	bpf_object__for_each_map (map, o->bpf) {
		const char *type = libbpf_bpf_map_type_str(bpf_map__type(map));
		const struct config_map *wish = config_find_map(d->config, bpf_map__name(map));
		json_t *json;

		if (bpf_map__is_internal(map))
			continue;
		json = json_object();
		js_set_text(json, "name", bpf_map__name(map));
		js_set_text(json, "type", type ? type : "unknown");
		js_set_size(json, "keySize", bpf_map__key_size(map));
		js_set_size(json, "valueSize", bpf_map__value_size(map));
		js_set_size(json, "maxEntries", bpf_map__max_entries(map));
		js_set_text(json, "carries", wish ? wish->export_type : NULL);
		js_append(list, json);
	}
	return list;
}

/* "SPDX-License-Identifier: …" of the first source, up to the end of its line or comment. */
static char *license_of(const struct source_files *files)
{
	static const char mark[] = "SPDX-License-Identifier:";
	const char *at = files->n_files ? strstr(str_text(&files->files[0].text), mark) : NULL;
	struct span line;
	const char *end;

	if (!at)
		return NULL;
	at += strlen(mark);
	line = (struct span){ at, strcspn(at, "\n") };
	end = memmem(line.data, line.len, "*/", 2);
	if (end)
		line.len = end - line.data;
	line = span_trim(line);
	return line.len ? mem_textn(line.data, line.len) : NULL;
}

/* The time of the build only where it is given: https://reproducible-builds.org/specs */
static int add_created(json_t *annotations, struct err *err)
{
	AUTO(free) char *text = NULL;

	if (clock_source_date(&text, err) < 0)
		return -1;
	js_set_text(annotations, ANNOTATION "created", text);
	return 0;
}

static int annotate(const struct description *d, struct built *out, struct err *err)
{
	const struct spec *spec = d->spec;
	AUTO(free) char *license = license_of(d->files);
	json_t *a = json_object();

	out->annotations = a;
	js_set_text(a, ANNOTATION "title", d->name);
	js_set_text(a, ANNOTATION "description",
		    spec && spec->description ? spec->description
		    : d->config->doc.brief    ? d->config->doc.brief
					      : d->config->doc.description);
	js_set_text(a, ANNOTATION "version", out->version);
	js_set_text(a, ANNOTATION "licenses", spec && spec->licenses ? spec->licenses : license);
	js_set_text(a, ANNOTATION "source", spec ? spec->source : NULL);
	js_set_text(a, ANNOTATION "authors", spec ? spec->authors : NULL);
	return add_created(a, err);
}

static int describe_requirements(const struct description *d, json_t **out, struct err *err)
{
	const struct config *config = d->config;
	AUTO(free) struct check_wish *wishes = mem_array(config->n_progs, sizeof(*wishes));
	AUTO(check_subject) struct check_subject *subject = NULL;

	for (size_t i = 0; i < config->n_progs; i++)
		wishes[i] = (struct check_wish){ .program = config->progs[i].name,
						 .section = config->progs[i].attach,
						 .alternative = config->progs[i].alternative,
						 .is_optional = config->progs[i].is_optional };
	if (check_subject_open(d->object, d->name, wishes, config->n_progs, &subject, err) < 0)
		return -1;
	return required_find(subject, out, err);
}

int describe_package(const struct description *d, struct built *out, struct err *err)
{
	AUTO(opened) struct opened o = { 0 };
	AUTO(json) json_t *requirements = NULL;
	json_t *toolchain, *json;

	if (opened_open(d->object, d->name, &o, err) < 0)
		return -1;
	out->version = mem_text(d->config->doc.version);
	if (annotate(d, out, err) < 0 || describe_requirements(d, &requirements, err) < 0)
		return -1;
	json = json_object();
	out->package_config = json;
	js_set(json, "requirements", STEAL(requirements));
	toolchain = describe_toolchain(d, err);
	if (!toolchain)
		return -1;
	js_set(json, "toolchain", toolchain);
	js_set_text(json, "version", out->version);
	js_set(json, "flags", describe_flags(d, &o));
	js_set(json, "programs", describe_programs(&o));
	js_set(json, "maps", describe_maps(d, &o));
	return 0;
}
