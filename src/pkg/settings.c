// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/settings.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/yaml.h"
#include "oci/registry_name.h"
#include "pkg/file_edit.h"
#include "pkg/settings_priv.h"

#define LIST_MAX 1024

static const char *const keys[] = { "registry", "mirrors", "plain_http",
				    "insecure", "ca_file", "timeout" };

static void list_done(struct settings_list *list)
{
	for (size_t i = 0; i < list->n_items; i++)
		free(list->items[i]);
	free(list->items);
}
AUTO_STRUCT(settings_list, struct settings_list, list_done);

void settings_done(struct settings *s)
{
	free(s->registry);
	free(s->ca_file);
	free(s->person_path);
	free(s->system_path);
	list_done(&s->plain_http);
	list_done(&s->insecure);
	for (size_t i = 0; i < s->n_mirrors; i++) {
		free(s->mirrors[i].prefix);
		list_done(&s->mirrors[i].places);
	}
	free(s->mirrors);
	*s = (struct settings){ 0 };
}

void settings_defaults(struct settings *out)
{
	*out = (struct settings){ .registry = mem_text(SETTINGS_REGISTRY),
				  .timeout_ns = SETTINGS_TIMEOUT_NS };
}

static int malformed(const struct js_at *at, const char *text, const char *expected,
		     struct err *err)
{
	AUTO(free) char *path = js_path(at);
	AUTO(free) char *shown = text_printable(text, strnlen(text, 120));

	return err_set(err, EC_CORRUPT, "%s: '%s' is not %s", path, shown, expected);
}

/* HOST[:PORT][/PATH]; the caller frees what is in *out. */
static bool split_prefix(const char *text, bool may_have_path, struct oci_reference *out)
{
	AUTO(free) char *whole = strchr(text, '/') ? mem_text(text) : mem_printf("%s/x", text);
	struct err ignored = { 0 };

	return oci_reference_parse(whole, out, &ignored) == 0 && out->registry && !out->tag &&
	       !out->digest.text[0] && (may_have_path || !strchr(text, '/'));
}

static bool is_prefix(const char *text, bool may_have_path)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };

	return split_prefix(text, may_have_path, &reference);
}

/* Docker's registry under one name, so that keys and references meet. */
static char *canonical_prefix(const char *text)
{
	struct span host = oci_registry_of_url(text);
	AUTO(free) char *registry = mem_textn(host.data, host.len);

	return mem_printf("%s%s", oci_registry_canonical(registry), host.data + host.len);
}

int settings_duration(const char *text, uint64_t *out_ns, struct err *err)
{
	static const struct {
		const char *suffix;
		uint64_t ns;
	} units[] = { { "", 1000000000 },
		      { "s", 1000000000 },
		      { "ms", 1000000 },
		      { "m", 60000000000 },
		      { "h", 3600000000000 } };
	struct span digits = { text, strspn(text, "0123456789") };
	AUTO(free) char *shown = text_printable(text, strnlen(text, 60));
	struct err ignored = { 0 };
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(text + digits.len, units[i].suffix) &&
		    text_number(digits, 1000000, "timeout", &value, &ignored) == 0 && value) {
			*out_ns = value * units[i].ns;
			return 0;
		}
	return err_set(err, EC_CORRUPT, "'%s' is not a duration such as 30s, 500ms or 2m", shown);
}

static bool has_item(const struct settings_list *list, const char *text)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

static int take_item(const struct js_at *at, bool may_have_path, enum settings_origin origin,
		     struct settings_list *list, struct err *err)
{
	const char *text = json_string_value(at->value);

	if (!text)
		return js_expected(at, "a string", err);
	if (!is_prefix(text, may_have_path))
		return malformed(at, text,
				 may_have_path ? "REGISTRY or REGISTRY/PATH" : "HOST or HOST:PORT",
				 err);
	if (has_item(list, text))
		return 0;
	if (list->n_items == LIST_MAX)
		return err_set(err, EC_CORRUPT, "%s: more than %d entries", at->up->name, LIST_MAX);
	ARRAY_ROOM(list->items, list->n_items, list->cap);
	list->items[list->n_items++] = mem_text(text);
	list->n_person += origin == SETTINGS_PERSON;
	return 0;
}

/* An array, or one that stands alone. */
static int take_list(const struct js_at *at, bool may_have_path, enum settings_origin origin,
		     struct settings_list *list, struct err *err)
{
	struct js_at element;

	if (!at->value || json_is_null(at->value))
		return 0;
	if (json_is_string(at->value))
		return take_item(at, may_have_path, origin, list, err);
	if (!json_is_array(at->value))
		return js_expected(at, "a list", err);
	for (size_t i = 0; i < json_array_size(at->value); i++) {
		element = js_element(at, i);
		if (take_item(&element, may_have_path, origin, list, err) < 0)
			return -1;
	}
	return 0;
}

static struct settings_mirror *find_mirror(struct settings *s, const char *prefix)
{
	for (size_t i = 0; i < s->n_mirrors; i++)
		if (!strcmp(s->mirrors[i].prefix, prefix))
			return &s->mirrors[i];
	return NULL;
}

/* The person's are read first: what is there already stays. */
static int take_mirror(struct settings *s, const struct js_at *at, enum settings_origin origin,
		       struct err *err)
{
	AUTO(free) char *prefix = canonical_prefix(at->name);
	AUTO(settings_list) struct settings_list unused = { 0 };
	struct settings_mirror *mirror;

	if (!is_prefix(at->name, true))
		return malformed(at->up, at->name, "REGISTRY or REGISTRY/PATH", err);
	mirror = find_mirror(s, prefix);
	if (mirror && mirror->origin != origin)
		return take_list(at, true, origin, &unused, err);
	if (!mirror) {
		if (s->n_mirrors == LIST_MAX)
			return err_set(err, EC_CORRUPT, "%s: more than %d entries", at->up->name,
				       LIST_MAX);
		ARRAY_ROOM(s->mirrors, s->n_mirrors, s->mirrors_cap);
		mirror = &s->mirrors[s->n_mirrors++];
		*mirror = (struct settings_mirror){ STEAL(prefix), { 0 }, origin };
	}
	return take_list(at, true, origin, &mirror->places, err);
}

static int take_mirrors(struct settings *s, const struct js_at *at, enum settings_origin origin,
			struct err *err)
{
	struct js_at mirrors, mirror;
	const char *key;
	json_t *value;

	if (js_get_object(at, "mirrors", &mirrors, err) < 0)
		return -1;
	json_object_foreach (mirrors.value, key, value) {
		mirror = js_member(&mirrors, key);
		if (take_mirror(s, &mirror, origin, err) < 0)
			return -1;
	}
	return 0;
}

static int take_registry(struct settings *s, const struct js_at *at, enum settings_origin origin,
			 struct err *err)
{
	struct js_at place = js_member(at, "registry");
	const char *text = NULL;

	if (js_get_text(at, "registry", &text, err) < 0)
		return -1;
	if (!text)
		return 0;
	if (!is_prefix(text, true))
		return malformed(&place, text, "REGISTRY or REGISTRY/PATH", err);
	if (s->registry_origin == SETTINGS_BUILT_IN) {
		free(s->registry);
		s->registry = mem_text(text);
		s->registry_origin = origin;
	}
	return 0;
}

static int take_ca_file(struct settings *s, const struct js_at *at, enum settings_origin origin,
			struct err *err)
{
	struct js_at place = js_member(at, "ca_file");
	const char *text = NULL;

	if (js_get_text(at, "ca_file", &text, err) < 0)
		return -1;
	if (!text)
		return 0;
	if (text[0] != '/')
		return malformed(&place, text, "an absolute path", err);
	if (s->ca_file_origin == SETTINGS_BUILT_IN) {
		s->ca_file = mem_text(text);
		s->ca_file_origin = origin;
	}
	return 0;
}

/* `timeout: 30` is a number in YAML. */
static int take_timeout(struct settings *s, const struct js_at *at, enum settings_origin origin,
			struct err *err)
{
	struct js_at place = js_member(at, "timeout");
	AUTO(free) char *text = NULL, *path = NULL;
	uint64_t ns;

	if (!place.value || json_is_null(place.value))
		return 0;
	if (!json_is_string(place.value) && !json_is_integer(place.value))
		return js_expected(&place, "a duration", err);
	text = json_is_integer(place.value) ? js_dump(place.value)
					    : mem_text(json_string_value(place.value));
	if (settings_duration(text, &ns, err) < 0) {
		path = js_path(&place);
		return err_wrap(err, "%s", path);
	}
	if (s->timeout_origin == SETTINGS_BUILT_IN) {
		s->timeout_ns = ns;
		s->timeout_origin = origin;
	}
	return 0;
}

static const char *nearest_key(const char *key)
{
	return text_nearest(key, keys, ARRAY_SIZE(keys));
}

static bool is_key(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

int settings_check_key(const char *key, struct err *err)
{
	bool is_mirror = text_starts(key, "mirrors.");
	AUTO(free) char *shown = text_printable(key, strnlen(key, 120));
	const char *nearest;

	if (is_key(key) || (is_mirror && is_prefix(key + strlen("mirrors."), true)))
		return 0;
	nearest = nearest_key(key);
	err_set(err, EC_USAGE, "there is no setting '%s'", shown);
	if (is_mirror)
		return err_hint(err, "a key of mirrors is mirrors.REGISTRY or "
				     "mirrors.REGISTRY/PATH");
	return nearest ? err_hint(err, "did you mean '%s'?", nearest)
		       : err_hint(err, "'epm config' shows all");
}

int settings_take(struct settings *s, json_t *json, const char *what, enum settings_origin origin,
		  struct err *err)
{
	struct js_at at = JS_ROOT(json, what), plain_http = js_member(&at, "plain_http"),
		     insecure = js_member(&at, "insecure");

	if (js_check_members(&at, keys, ARRAY_SIZE(keys), err) < 0)
		return err->hint[0] ? -1 : err_hint(err, "see epm-config(1)");
	if (take_registry(s, &at, origin, err) < 0 || take_ca_file(s, &at, origin, err) < 0 ||
	    take_timeout(s, &at, origin, err) < 0 || take_mirrors(s, &at, origin, err) < 0 ||
	    take_list(&plain_http, false, origin, &s->plain_http, err) < 0)
		return -1;
	return take_list(&insecure, false, origin, &s->insecure, err);
}

int settings_parse(struct settings *settings, struct span text, const char *what,
		   enum settings_origin origin, struct err *err)
{
	AUTO(json) json_t *json = NULL;

	if (file_edit_read(text, what, &json, err) < 0)
		return -1;
	return settings_take(settings, json, what, origin, err);
}

static int load_one(struct settings *s, const char *path, enum settings_origin origin,
		    struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_SETTINGS);

	if (fs_read(AT_FDCWD, path, &text, err) < 0)
		return err->code == EC_NOT_FOUND ? 0 : -1;
	return settings_parse(s, (struct span){ str_text(&text), text.len }, path, origin, err);
}

int settings_load(const char *home, const char *system_path, struct settings *out, struct err *err)
{
	AUTO(settings) struct settings s = { 0 };

	settings_defaults(&s);
	s.person_path = path_join(home, SETTINGS_FILE);
	s.system_path = mem_text(system_path);
	if (load_one(&s, s.person_path, SETTINGS_PERSON, err) < 0 ||
	    (system_path && load_one(&s, system_path, SETTINGS_SYSTEM, err) < 0))
		return -1;
	*out = s;
	s = (struct settings){ 0 };
	return 0;
}
