// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <inttypes.h>

#include "base/alloc.h"
#include "base/json.h"
#include "oci/registry_name.h"
#include "pkg/settings.h"

void settings_places_done(struct settings_places *places)
{
	for (size_t i = 0; i < places->n_items; i++) {
		free(places->items[i].registry);
		free(places->items[i].repository);
	}
	free(places->items);
	*places = (struct settings_places){ 0 };
}

static bool is_listed(const struct settings_list *list, const char *registry)
{
	return oci_registry_is_listed((const char *const *)list->items, list->n_items, registry);
}

/* The reference in full, "REGISTRY/REPOSITORY"; the caller frees it. */
static char *full_name(const struct settings *settings, const struct oci_reference *reference)
{
	const char *prefix = reference->registry ? reference->registry : settings->registry;
	AUTO(free) char *name = mem_printf("%s/%s", prefix, reference->repository);
	struct span host = oci_registry_of_url(name);
	AUTO(free) char *typed = mem_textn(host.data, host.len);
	const char *registry = oci_registry_canonical(typed), *repository = name + host.len + 1;
	bool is_official = !strcmp(registry, OCI_DOCKER_HUB) && !strchr(repository, '/');

	return mem_printf("%s/%s%s", registry, is_official ? "library/" : "", repository);
}

static int add_place(const struct settings *settings, const char *name, bool is_mirror,
		     struct settings_places *places, struct err *err)
{
	const char *slash = strchr(name, '/');
	struct settings_place *place;

	if (strlen(name) > OCI_NAME_MAX)
		return err_set(err, EC_USAGE, "'%.80s…' is longer than %d characters", name,
			       OCI_NAME_MAX);
	place = &places->items[places->n_items++];
	place->registry = mem_textn(name, slash - name);
	place->repository = mem_text(slash + 1);
	place->is_mirror = is_mirror;
	place->plain_http = is_listed(&settings->plain_http, place->registry);
	place->insecure = is_listed(&settings->insecure, place->registry);
	return 0;
}

static const struct settings_mirror *find_mirror(const struct settings *settings, const char *name)
{
	const struct settings_mirror *best = NULL;
	size_t best_len = 0, len;

	for (size_t i = 0; i < settings->n_mirrors; i++) {
		len = strlen(settings->mirrors[i].prefix);
		if (len > best_len && !strncasecmp(name, settings->mirrors[i].prefix, len) &&
		    (!name[len] || name[len] == '/')) {
			best = &settings->mirrors[i];
			best_len = len;
		}
	}
	return best;
}

static int add_mirrors(const struct settings *settings, const struct settings_mirror *mirror,
		       const char *name, struct settings_places *places, struct err *err)
{
	const char *rest = name + strlen(mirror->prefix);

	for (size_t i = 0; i < mirror->places.n_items; i++) {
		AUTO(free) char *there = mem_printf("%s%s", mirror->places.items[i], rest);

		if (!strchr(there, '/'))
			return err_set(err, EC_USAGE,
				       "mirrors.%s: %s has to name a repository, because the key "
				       "is one",
				       mirror->prefix, there);
		if (add_place(settings, there, true, places, err) < 0)
			return -1;
	}
	return 0;
}

int settings_places(const struct settings *settings, const struct oci_reference *reference,
		    struct settings_places *out, struct err *err)
{
	AUTO(settings_places) struct settings_places places = { 0 };
	AUTO(free) char *name = full_name(settings, reference);
	const struct settings_mirror *mirror = find_mirror(settings, name);

	places.items = mem_array(1 + (mirror ? mirror->places.n_items : 0), sizeof(*places.items));
	if (mirror && add_mirrors(settings, mirror, name, &places, err) < 0)
		return -1;
	if (add_place(settings, name, false, &places, err) < 0)
		return -1;
	*out = places;
	places = (struct settings_places){ 0 };
	return 0;
}

static const char *origin_text(const struct settings *s, enum settings_origin origin)
{
	switch (origin) {
	case SETTINGS_PERSON:
		return s->person_path;
	case SETTINGS_SYSTEM:
		return s->system_path;
	case SETTINGS_BUILT_IN:
		break;
	}
	return "built in";
}

/* Takes value over. */
static void add_row(const struct settings *s, json_t *rows, const char *key, json_t *value,
		    enum settings_origin origin)
{
	json_t *row = json_object();

	js_set_text(row, "key", key);
	js_set(row, "value", value);
	js_set_text(row, "origin", origin_text(s, origin));
	js_append(rows, row);
}

static void add_items(const struct settings *s, json_t *rows, const char *key,
		      const struct settings_list *list)
{
	const size_t ends[] = { list->n_person, list->n_items };
	const enum settings_origin origins[] = { SETTINGS_PERSON, SETTINGS_SYSTEM };
	size_t i = 0;

	for (size_t part = 0; part < ARRAY_SIZE(ends); part++) {
		json_t *values = json_array();

		for (; i < ends[part]; i++)
			js_append(values, js_text_lossy(list->items[i], strlen(list->items[i])));
		if (json_array_size(values))
			add_row(s, rows, key, values, origins[part]);
		else
			json_decref(values);
	}
}

static json_t *items_of(const struct settings_list *list)
{
	json_t *values = json_array();

	for (size_t i = 0; i < list->n_items; i++)
		js_append(values, js_text_lossy(list->items[i], strlen(list->items[i])));
	return values;
}

/* The shortest that settings_duration() reads. */
static char *duration_text(uint64_t ns)
{
	if (ns % 60000000000 == 0 && ns > 60000000000)
		return mem_printf("%" PRIu64 "m", ns / 60000000000);
	if (ns % 1000000000 == 0)
		return mem_printf("%" PRIu64 "s", ns / 1000000000);
	return mem_printf("%" PRIu64 "ms", ns / 1000000);
}

json_t *settings_rows(const struct settings *s)
{
	AUTO(free) char *timeout = duration_text(s->timeout_ns);
	json_t *rows = json_array();

	add_row(s, rows, "registry", js_text_lossy(s->registry, strlen(s->registry)),
		s->registry_origin);
	for (size_t i = 0; i < s->n_mirrors; i++) {
		AUTO(free) char *key = mem_printf("mirrors.%s", s->mirrors[i].prefix);

		add_row(s, rows, key, items_of(&s->mirrors[i].places), s->mirrors[i].origin);
	}
	add_items(s, rows, "plain_http", &s->plain_http);
	add_items(s, rows, "insecure", &s->insecure);
	if (s->ca_file)
		add_row(s, rows, "ca_file", js_text_lossy(s->ca_file, strlen(s->ca_file)),
			s->ca_file_origin);
	add_row(s, rows, "timeout", json_string(timeout), s->timeout_origin);
	return rows;
}
