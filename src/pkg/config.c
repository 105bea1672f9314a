// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/config.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"

#define INTERVAL_MAX_MS (24u * 3600 * 1000)
#define PAGES_MAX (1u << 20)
#define N_SAMPLE_KINDS 3

static const char *const sample_words[N_SAMPLE_KINDS] = { "default_kv", "log2_hist",
							  "linear_hist" };

/*
 * Keys of each kind of object, with what ecc or older versions of it write and epm has no use for
 * after the bar: those are kept and not called unknown.
 */
static const char *const top_keys[] = { "bpf_skel",
					"export_types",
					"eunomia_version",
					"perf_buffer_pages",
					"poll_timeout_ms",
					"enable_multiple_export_types",
					"|perf_buffer_time_ms",
					"|debug_verbose",
					"|print_header",
					NULL };
static const char *const skel_keys[] = {
	"obj_name", "doc", "data_sections", "maps", "progs", NULL
};
static const char *const doc_keys[] = { "version", "brief", "details", "description", NULL };
static const char *const section_keys[] = { "name", "variables", NULL };
static const char *const variable_keys[] = { "name",   "type",	"value",   "description", "cmdarg",
					     "|align", "|size", "|offset", "|__anon",	  NULL };
static const char *const cmdarg_keys[] = { "default", "long", "short", "help", NULL };
static const char *const map_keys[] = {
	"name",		 "ident",	"mmaped",     "sample", "export",
	"export_config", "interpreter", "intepreter", "data",	"max_entries",
	"|description",	 "|brief",	"|details",   NULL
};
static const char *const sample_keys[] = { "interval", "type", "unit", "clear_map", NULL };
static const char *const prog_keys[] = { "name",	"attach",   "link",    "optional",
					 "alternative", "|tchook",  "|tcopts", "|ifindex",
					 "|flags",	"|xdpopts", "|perf",   "|cgroup",
					 NULL };
static const char *const export_keys[] = { "name", "size", "type_id", "members", NULL };
static const char *const member_keys[] = { "name", "type",   "column",	    "format",
					   "unit", "hidden", "description", NULL };

struct reader { /* what goes down with the parse */
	struct str *unknown;
	struct err *err;
};

/* 1: read here, 0: kept without a word, -1: unknown */
static int key_kind(const char *const *keys, const char *key)
{
	for (; *keys; keys++) {
		if (!strcmp(*keys, key))
			return 1;
		if (**keys == '|' && !strcmp(*keys + 1, key))
			return 0;
	}
	return -1;
}

/* The members that are not read here, as a new object; NULL when there are none. */
static json_t *take_other(const struct js_at *at, const char *const *keys, struct reader *r)
{
	json_t *other = NULL, *value;
	struct js_at place;
	const char *key;

	json_object_foreach (at->value, key, value) {
		int kind = key_kind(keys, key);
		AUTO(free) char *path = NULL;

		if (kind == 1)
			continue;
		if (!other)
			other = json_object();
		js_set(other, key, json_incref(value));
		if (kind == 0 || !r->unknown)
			continue;
		place = js_member(at, key);
		path = js_path(&place);
		str_addf(r->unknown, "%s\n", path);
	}
	return other;
}

static int get_text(const struct js_at *at, const char *name, char **out, struct reader *r)
{
	const char *text = NULL;

	if (js_get_text(at, name, &text, r->err) < 0)
		return -1;
	*out = mem_text(text);
	return 0;
}

static json_t *get_any(const struct js_at *at, const char *name)
{
	json_t *value = js_member(at, name).value;

	return json_is_null(value) ? NULL : json_incref(value);
}

/* Runs `each` over the array `name`; absent and null are an empty one. */
static int for_each(const struct js_at *at, const char *name,
		    int (*each)(const struct js_at *at, void *into, struct reader *r), void *into,
		    struct reader *r)
{
	struct js_at list, element;

	if (js_get_array(at, name, &list, r->err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list.value); i++) {
		element = js_element(&list, i);
		if (js_is_object(&element, r->err) < 0 || each(&element, into, r) < 0)
			return -1;
	}
	return 0;
}

static int parse_cmdarg(const struct js_at *at, struct config_variable *v, struct reader *r)
{
	struct js_at place;

	if (js_get_object(at, "cmdarg", &place, r->err) < 0)
		return -1;
	if (!place.value)
		return 0;
	v->has_cmdarg = true;
	v->cmdarg.default_value = get_any(&place, "default");
	v->cmdarg.other = take_other(&place, cmdarg_keys, r);
	if (get_text(&place, "long", &v->cmdarg.long_name, r) < 0 ||
	    get_text(&place, "short", &v->cmdarg.short_name, r) < 0)
		return -1;
	return get_text(&place, "help", &v->cmdarg.help, r);
}

static int parse_variable(const struct js_at *at, void *into, struct reader *r)
{
	struct config_variable *v;
	const char *name;

	if (js_need_text(at, "name", &name, r->err) < 0)
		return -1;
	v = config_add_variable(into, name);
	v->value = get_any(at, "value");
	v->other = take_other(at, variable_keys, r);
	if (get_text(at, "type", &v->type, r) < 0 ||
	    get_text(at, "description", &v->description, r) < 0)
		return -1;
	return parse_cmdarg(at, v, r);
}

static int parse_section(const struct js_at *at, void *into, struct reader *r)
{
	struct config_section *section;
	const char *name;

	if (js_need_text(at, "name", &name, r->err) < 0)
		return -1;
	section = config_add_section(into, name);
	section->other = take_other(at, section_keys, r);
	return for_each(at, "variables", parse_variable, section, r);
}

static int parse_sample_kind(const struct js_at *at, enum config_sample_kind *out, struct reader *r)
{
	struct js_at place = js_member(at, "type");
	const char *word = sample_words[0];

	if (js_get_text(at, "type", &word, r->err) < 0)
		return -1;
	for (size_t i = 0; i < N_SAMPLE_KINDS; i++) {
		if (!strcmp(word, sample_words[i])) {
			*out = i;
			return 0;
		}
	}
	return js_expected(&place, "default_kv, log2_hist or linear_hist", r->err);
}

static int parse_sample(const struct js_at *at, struct config_map *map, struct reader *r)
{
	struct config_sample *sample = &map->sample;
	struct js_at place;

	if (js_get_object(at, "sample", &place, r->err) < 0)
		return -1;
	if (!place.value)
		return 0;
	map->has_sample = true;
	sample->interval_ms = 1000;
	sample->other = take_other(&place, sample_keys, r);
	if (js_get_size(&place, "interval", INTERVAL_MAX_MS, &sample->interval_ms, r->err) < 0 ||
	    get_text(&place, "unit", &sample->unit, r) < 0 ||
	    js_get_bool(&place, "clear_map", &sample->clears_map, r->err) < 0)
		return -1;
	return parse_sample_kind(&place, &sample->kind, r);
}

static int parse_data(const struct js_at *at, void *into, struct reader *r)
{
	struct config_map *map = into;
	struct js_at key = js_member(at, "key"), value = js_member(at, "value");
	struct config_data *data;

	if (!key.value)
		return js_expected(&key, "a key", r->err);
	if (!value.value)
		return js_expected(&value, "a value", r->err);
	map->data = mem_resize(map->data, map->n_data + 1, sizeof(*map->data));
	data = &map->data[map->n_data++];
	data->key = json_incref(key.value);
	data->value = json_incref(value.value);
	return 0;
}

static int parse_map(const struct js_at *at, void *into, struct reader *r)
{
	struct config_map *map;
	const char *name;

	if (js_need_text(at, "name", &name, r->err) < 0)
		return -1;
	map = config_add_map(into, name);
	map->export_config = get_any(at, "export_config");
	map->interpreter = get_any(at, "interpreter");
	if (!map->interpreter)
		map->interpreter = get_any(at, "intepreter");
	map->other = take_other(at, map_keys, r);
	if (get_text(at, "ident", &map->ident, r) < 0 ||
	    get_text(at, "export", &map->export_type, r) < 0 ||
	    js_get_bool(at, "mmaped", &map->is_mmaped, r->err) < 0 ||
	    js_get_size(at, "max_entries", UINT32_MAX, &map->max_entries, r->err) < 0 ||
	    parse_sample(at, map, r) < 0)
		return -1;
	return for_each(at, "data", parse_data, map, r);
}

static int parse_prog(const struct js_at *at, void *into, struct reader *r)
{
	struct config_prog *prog;
	const char *name;

	if (js_need_text(at, "name", &name, r->err) < 0)
		return -1;
	prog = config_add_prog(into, name);
	prog->other = take_other(at, prog_keys, r);
	if (get_text(at, "attach", &prog->attach, r) < 0 ||
	    get_text(at, "alternative", &prog->alternative, r) < 0 ||
	    js_get_bool(at, "link", &prog->is_linked, r->err) < 0)
		return -1;
	return js_get_bool(at, "optional", &prog->is_optional, r->err);
}

static int parse_member(const struct js_at *at, void *into, struct reader *r)
{
	struct config_member *member;
	const char *name;

	if (js_need_text(at, "name", &name, r->err) < 0)
		return -1;
	member = config_add_member(into, name);
	member->other = take_other(at, member_keys, r);
	if (get_text(at, "type", &member->type, r) < 0 ||
	    get_text(at, "column", &member->column, r) < 0 ||
	    get_text(at, "format", &member->format, r) < 0 ||
	    get_text(at, "unit", &member->unit, r) < 0 ||
	    get_text(at, "description", &member->description, r) < 0)
		return -1;
	return js_get_bool(at, "hidden", &member->is_hidden, r->err);
}

static int parse_export(const struct js_at *at, void *into, struct reader *r)
{
	struct config_export *export;
	const char *name;

	if (js_need_text(at, "name", &name, r->err) < 0)
		return -1;
	export = config_add_export(into, name);
	export->other = take_other(at, export_keys, r);
	if (js_get_size(at, "size", UINT32_MAX, &export->size, r->err) < 0 ||
	    js_get_size(at, "type_id", UINT32_MAX, &export->type_id, r->err) < 0)
		return -1;
	return for_each(at, "members", parse_member, export, r);
}

static int parse_doc(const struct js_at *at, struct config *config, struct reader *r)
{
	struct js_at place;

	if (js_get_object(at, "doc", &place, r->err) < 0)
		return -1;
	if (!place.value)
		return 0;
	config->doc.other = take_other(&place, doc_keys, r);
	if (get_text(&place, "version", &config->doc.version, r) < 0 ||
	    get_text(&place, "brief", &config->doc.brief, r) < 0 ||
	    get_text(&place, "details", &config->doc.details, r) < 0)
		return -1;
	return get_text(&place, "description", &config->doc.description, r);
}

static int parse_skel(const struct js_at *root, struct config *config, struct reader *r)
{
	struct js_at skel = js_member(root, "bpf_skel");

	if (js_is_object(&skel, r->err) < 0)
		return -1;
	config->skel_other = take_other(&skel, skel_keys, r);
	if (get_text(&skel, "obj_name", &config->obj_name, r) < 0 ||
	    parse_doc(&skel, config, r) < 0 ||
	    for_each(&skel, "data_sections", parse_section, config, r) < 0 ||
	    for_each(&skel, "maps", parse_map, config, r) < 0)
		return -1;
	return for_each(&skel, "progs", parse_prog, config, r);
}

static int parse_top(const struct js_at *root, struct config *config, struct reader *r)
{
	if (js_is_object(root, r->err) < 0 || parse_skel(root, config, r) < 0)
		return -1;
	config->other = take_other(root, top_keys, r);
	if (js_get_size(root, "poll_timeout_ms", INTERVAL_MAX_MS, &config->poll_timeout_ms,
			r->err) < 0 ||
	    js_get_size(root, "perf_buffer_pages", PAGES_MAX, &config->perf_buffer_pages, r->err) <
		    0 ||
	    js_get_bool(root, "enable_multiple_export_types", &config->has_multiple_exports,
			r->err) < 0 ||
	    get_text(root, "eunomia_version", &config->eunomia_version, r) < 0)
		return -1;
	return for_each(root, "export_types", parse_export, config, r);
}

int config_parse(json_t *json, const char *what, struct config **out, struct str *unknown,
		 struct err *err)
{
	AUTO(config) struct config *config = config_new();
	struct js_at root = JS_ROOT(json, what);
	struct reader r = { .unknown = unknown, .err = err };

	if (parse_top(&root, config, &r) < 0)
		return -1;
	*out = STEAL(config);
	return 0;
}
