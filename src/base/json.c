// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

/*
 * jansson's own bound is 2048 levels, which is more than anything here needs. Brackets are counted
 * outside of strings; whether they match is the parser's business.
 */
static bool is_too_deep(const char *text, size_t len)
{
	size_t depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
		} else if (text[i] == '"') {
			in_string = true;
		} else if (text[i] == '[' || text[i] == '{') {
			if (++depth > LIMIT_JSON_DEPTH)
				return true;
		} else if ((text[i] == ']' || text[i] == '}') && depth) {
			depth--;
		}
	}
	return false;
}

int js_parse(const char *text, size_t len, const char *what, json_t **out, struct err *err)
{
	AUTO(free) char *reason = NULL;
	json_error_t error;
	json_t *value;

	if (is_too_deep(text, len))
		return err_set(err, EC_CORRUPT, "%s: nested deeper than %d levels", what,
			       LIMIT_JSON_DEPTH);
	value = json_loadb(text ? text : "", len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!value) {
		reason = text_printable(error.text, strnlen(error.text, sizeof(error.text)));
		return err_set(err, EC_CORRUPT, "%s:%d:%d: not valid JSON: %s", what,
			       error.line > 0 ? error.line : 1, error.column > 0 ? error.column : 1,
			       reason);
	}
	*out = value;
	return 0;
}

static char *dump(const json_t *value, size_t flags)
{
	char *text = json_dumps(value, flags | JSON_ENCODE_ANY);

	if (!text)
		abort(); /* only out of memory: all strings went in through checked calls */
	return text;
}

char *js_dump(const json_t *value)
{
	return dump(value, JSON_SORT_KEYS | JSON_COMPACT);
}

char *js_dump_pretty(const json_t *value)
{
	AUTO(free) char *text = dump(value, JSON_INDENT(2));

	return mem_printf("%s\n", text);
}

struct js_at js_member(const struct js_at *at, const char *name)
{
	return (struct js_at){
		.value = json_is_object(at->value) ? json_object_get(at->value, name) : NULL,
		.name = name,
		.up = at,
	};
}

struct js_at js_element(const struct js_at *at, size_t index)
{
	return (struct js_at){
		.value = json_array_get(at->value, index),
		.index = index,
		.up = at,
	};
}

static void add_path(const struct js_at *at, struct str *out)
{
	if (at->up)
		add_path(at->up, out);
	if (!at->name)
		str_addf(out, "[%zu]", at->index);
	else
		str_addf(out, "%s%s", at->up ? "." : "", at->name);
}

char *js_path(const struct js_at *at)
{
	struct str out = STR_MAX(4096);

	add_path(at, &out);
	return str_take(&out);
}

static const char *kind_of(const json_t *value)
{
	if (!value)
		return "nothing";
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	default:
		return "null";
	}
}

int js_expected(const struct js_at *at, const char *what, struct err *err)
{
	AUTO(free) char *path = js_path(at);

	return err_set(err, EC_CORRUPT, "%s: expected %s, found %s", path, what,
		       kind_of(at->value));
}

int js_get_text(const struct js_at *at, const char *name, const char **out, struct err *err)
{
	struct js_at place = js_member(at, name);

	if (!place.value || json_is_null(place.value))
		return 0;
	if (!json_is_string(place.value))
		return js_expected(&place, "a string", err);
	*out = json_string_value(place.value);
	return 0;
}

int js_need_text(const struct js_at *at, const char *name, const char **out, struct err *err)
{
	struct js_at place = js_member(at, name);

	if (!json_is_string(place.value))
		return js_expected(&place, "a string", err);
	return js_get_text(at, name, out, err);
}

int js_get_size(const struct js_at *at, const char *name, uint64_t max, uint64_t *out,
		struct err *err)
{
	struct js_at place = js_member(at, name);
	AUTO(free) char *path = NULL;
	json_int_t value;

	if (!place.value || json_is_null(place.value))
		return 0;
	if (!json_is_integer(place.value))
		return js_expected(&place, "a whole number", err);
	value = json_integer_value(place.value);
	if (value < 0 || (uint64_t)value > max) {
		path = js_path(&place);
		return err_set(err, EC_CORRUPT,
			       "%s: %" JSON_INTEGER_FORMAT " is not from 0 to %" PRIu64, path,
			       value, max);
	}
	*out = value;
	return 0;
}

int js_need_size(const struct js_at *at, const char *name, uint64_t max, uint64_t *out,
		 struct err *err)
{
	struct js_at place = js_member(at, name);

	if (!json_is_integer(place.value))
		return js_expected(&place, "a whole number", err);
	return js_get_size(at, name, max, out, err);
}

int js_get_bool(const struct js_at *at, const char *name, bool *out, struct err *err)
{
	struct js_at place = js_member(at, name);

	if (!place.value || json_is_null(place.value))
		return 0;
	if (!json_is_boolean(place.value))
		return js_expected(&place, "true or false", err);
	*out = json_is_true(place.value);
	return 0;
}

int js_get_array(const struct js_at *at, const char *name, struct js_at *out, struct err *err)
{
	struct js_at place = js_member(at, name);

	if (json_is_null(place.value))
		place.value = NULL;
	if (place.value && !json_is_array(place.value))
		return js_expected(&place, "an array", err);
	*out = place;
	return 0;
}

int js_get_object(const struct js_at *at, const char *name, struct js_at *out, struct err *err)
{
	struct js_at place = js_member(at, name);

	if (json_is_null(place.value))
		place.value = NULL;
	if (place.value && !json_is_object(place.value))
		return js_expected(&place, "an object", err);
	*out = place;
	return 0;
}

int js_is_object(const struct js_at *at, struct err *err)
{
	return json_is_object(at->value) ? 0 : js_expected(at, "an object", err);
}

static bool is_among(const char *text, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (!strcmp(text, words[i]))
			return true;
	return false;
}

int js_check_members(const struct js_at *at, const char *const *words, size_t n_words,
		     struct err *err)
{
	const char *key, *nearest;
	json_t *value;

	json_object_foreach (at->value, key, value) {
		AUTO(free) char *path = NULL;
		AUTO(free) char *shown = NULL;

		if (is_among(key, words, n_words))
			continue;
		path = js_path(at);
		shown = text_printable(key, strnlen(key, 60));
		nearest = text_nearest(key, words, n_words);
		err_set(err, EC_CORRUPT, "%s: unknown key '%s'", path, shown);
		return nearest ? err_hint(err, "did you mean '%s'?", nearest) : -1;
	}
	return 0;
}

void js_set(json_t *object, const char *name, json_t *value)
{
	if (!value || json_object_set_new(object, name, value) < 0)
		abort();
}

void js_append(json_t *array, json_t *value)
{
	if (!value || json_array_append_new(array, value) < 0)
		abort();
}

void js_set_text(json_t *object, const char *name, const char *text)
{
	if (text)
		js_set(object, name, js_text_lossy(text, strlen(text)));
}

void js_set_size(json_t *object, const char *name, uint64_t value)
{
	js_set(object, name, json_integer((json_int_t)value));
}

void js_set_bool(json_t *object, const char *name, bool value)
{
	js_set(object, name, json_boolean(value));
}

json_t *js_text_lossy(const char *data, size_t len)
{
	AUTO(str) struct str out = STR_MAX(len * 3 + 1);
	json_t *value = json_stringn(data, len);
	size_t n;

	if (value)
		return value;
	for (size_t i = 0; i < len; i += n ? n : 1) {
		n = utf8_length(data + i, len - i);
		if (n)
			str_add(&out, data + i, n);
		else
			str_adds(&out, "\xef\xbf\xbd");
	}
	return json_stringn(str_text(&out), out.len);
}
