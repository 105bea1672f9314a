// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/spec.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/yaml.h"

#define LIST_MAX 1024 /* sources, compiler flags */
#define NAME_MAX_LENGTH 128

static const char *const keys[] = { "name",    "version", "description", "licenses", "source",
				    "authors", "sources", "cflags",	 "flags" };
static const char *const flag_keys[] = { "default", "short", "long", "help" };

static void free_list(char **items, size_t n_items)
{
	for (size_t i = 0; i < n_items; i++)
		free(items[i]);
	free(items);
}

void spec_free(struct spec *spec)
{
	if (!spec)
		return;
	free(spec->name);
	free(spec->version);
	free(spec->description);
	free(spec->licenses);
	free(spec->source);
	free(spec->authors);
	free_list(spec->sources, spec->n_sources);
	free_list(spec->cflags, spec->n_cflags);
	json_decref(spec->flags);
	free(spec);
}

static void warn_unknown(const struct js_at *at, const char *const *known, size_t n_known,
			 struct str *warnings)
{
	const char *key, *near;
	struct js_at place;
	json_t *value;
	size_t i;

	json_object_foreach (at->value, key, value) {
		AUTO(free) char *path = NULL;

		for (i = 0; i < n_known && strcmp(known[i], key) != 0; i++)
			;
		if (i < n_known || !warnings)
			continue;
		place = js_member(at, key);
		path = js_path(&place);
		near = text_nearest(key, known, n_known);
		str_addf(warnings, near ? "%s: not known, did you mean %s?\n" : "%s: not known\n",
			 path, near);
	}
}

static int get_text(const struct js_at *at, const char *name, char **out, struct err *err)
{
	const char *text = NULL;

	if (js_get_text(at, name, &text, err) < 0)
		return -1;
	*out = mem_text(text);
	return 0;
}

/* 1.10 without quotes is the number 1.1 in YAML: what was written cannot be told any more. */
static int get_version(const struct js_at *at, char **out, struct err *err)
{
	struct js_at place = js_member(at, "version");

	if (!json_is_number(place.value))
		return get_text(at, "version", out, err);
	js_expected(&place, "a text", err);
	return err_hint(err, "put the version into quotes: version: \"1.0\"");
}

static int get_list(const struct js_at *at, const char *name, char ***out, size_t *n_out,
		    struct err *err)
{
	struct js_at list, element;
	size_t n;

	if (js_get_array(at, name, &list, err) < 0)
		return -1;
	n = json_array_size(list.value);
	if (n > LIST_MAX)
		return err_set(err, EC_CORRUPT, "%s.%s: more than %d entries", at->name, name,
			       LIST_MAX);
	*out = mem_array(n + 1, sizeof(**out));
	for (size_t i = 0; i < n; i++) {
		element = js_element(&list, i);
		if (!json_is_string(element.value))
			return js_expected(&element, "a string", err);
		(*out)[i] = mem_text(json_string_value(element.value));
		*n_out = i + 1;
	}
	return 0;
}

static int get_authors(const struct js_at *at, struct spec *spec, struct err *err)
{
	AUTO(str) struct str joined = STR_MAX(65536);
	char **names = NULL;
	size_t n_names = 0;
	int rc;

	if (json_is_string(js_member(at, "authors").value))
		return get_text(at, "authors", &spec->authors, err);
	rc = get_list(at, "authors", &names, &n_names, err);
	for (size_t i = 0; i < n_names; i++)
		str_addf(&joined, "%s%s", i ? ", " : "", names[i]);
	if (joined.len)
		spec->authors = str_take(&joined);
	free_list(names, n_names);
	return rc;
}

static int get_flags(const struct js_at *at, struct spec *spec, struct str *warnings,
		     struct err *err)
{
	struct js_at flags, flag;
	const char *name;
	json_t *value;

	if (js_get_object(at, "flags", &flags, err) < 0)
		return -1;
	json_object_foreach (flags.value, name, value) {
		flag = js_member(&flags, name);
		if (js_is_object(&flag, err) < 0)
			return -1;
		warn_unknown(&flag, flag_keys, ARRAY_SIZE(flag_keys), warnings);
	}
	spec->flags = json_incref(flags.value);
	return 0;
}

/* The name becomes a file name and part of a reference. */
static int check_name(const char *name, const char *what, struct err *err)
{
	size_t len = strlen(name);

	if (len && len <= NAME_MAX_LENGTH && name[0] != '.' && name[0] != '-' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == len)
		return 0;
	err_set(err, EC_CORRUPT, "%s.name: '%s' cannot be the name of a package", what, name);
	return err_hint(err, "lower-case letters, digits, '.', '_' and '-'");
}

static int check_sources(const struct spec *spec, const char *what, struct err *err)
{
	for (size_t i = 0; i < spec->n_sources; i++) {
		const char *path = spec->sources[i];

		if (!*path || *path == '/' || text_starts(path, "../") || strstr(path, "/../"))
			return err_set(err, EC_CORRUPT,
				       "%s.sources[%zu]: '%s' is not inside the project", what, i,
				       path);
	}
	return 0;
}

static int parse(const struct js_at *root, struct spec *spec, struct str *warnings, struct err *err)
{
	if (js_is_object(root, err) < 0)
		return -1;
	warn_unknown(root, keys, ARRAY_SIZE(keys), warnings);
	if (get_text(root, "name", &spec->name, err) < 0 ||
	    get_version(root, &spec->version, err) < 0 ||
	    get_text(root, "description", &spec->description, err) < 0 ||
	    get_text(root, "licenses", &spec->licenses, err) < 0 ||
	    get_text(root, "source", &spec->source, err) < 0 || get_authors(root, spec, err) < 0 ||
	    get_list(root, "sources", &spec->sources, &spec->n_sources, err) < 0 ||
	    get_list(root, "cflags", &spec->cflags, &spec->n_cflags, err) < 0 ||
	    get_flags(root, spec, warnings, err) < 0)
		return -1;
	if (spec->name && check_name(spec->name, root->name, err) < 0)
		return -1;
	return check_sources(spec, root->name, err);
}

/* Only blanks and comments: no document to YAML, a project without wishes to a person. */
static bool is_blank(struct span text)
{
	const char *end;

	for (text = span_trim(text); text.len; text = span_trim(text)) {
		if (text.data[0] != '#')
			return false;
		end = memchr(text.data, '\n', text.len);
		text.len = end ? text.len - (end - text.data) : 0;
		text.data = end;
	}
	return true;
}

int spec_parse(struct span text, const char *what, struct spec **out, struct str *warnings,
	       struct err *err)
{
	AUTO(spec) struct spec *spec = mem_alloc(sizeof(*spec));
	AUTO(json) json_t *json = NULL;
	struct js_at root;

	if (is_blank(text)) {
		*out = STEAL(spec);
		return 0;
	}
	if (yaml_read(text.data, text.len, what, &json, err) < 0)
		return -1;
	root = JS_ROOT(json, what);
	if (parse(&root, spec, warnings, err) < 0)
		return -1;
	*out = STEAL(spec);
	return 0;
}
