// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/member.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/limits.h"

/* Values, or a few more: commas and opening brackets outside of strings. */
static size_t count_values(struct span text)
{
	bool in_string = false;
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"')
			in_string = !in_string;
		else if (in_string)
			i += text.data[i] == '\\';
		else if (text.data[i] == ',' || text.data[i] == '[' || text.data[i] == '{')
			n++;
	}
	return n;
}

int sign_parse_json(struct span text, const char *what, json_t **out, struct err *err)
{
	if (count_values(text) > LIMIT_SIGNED_VALUES)
		return err_set(err, EC_CORRUPT, "%s: more than %d values", what,
			       LIMIT_SIGNED_VALUES);
	return js_parse(text.data, text.len, what, out, err);
}

int sign_bad(const struct js_at *at, struct err *err, const char *fmt, ...)
{
	AUTO(free) char *path = js_path(at);
	char why[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	return err_set(err, EC_CORRUPT, "%s: %s", path, why);
}

static bool is_listed(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

int sign_only_members(const struct js_at *at, const char *const *names, struct err *err)
{
	AUTO(free) char *shown = NULL;
	const char *name;
	json_t *value;

	json_object_foreach (at->value, name, value) {
		if (is_listed(name, names))
			continue;
		shown = text_printable(name, strnlen(name, 100));
		return sign_bad(at, err, "a member \"%s\" is not known", shown);
	}
	return 0;
}

static int read_bytes(const struct js_at *place, size_t max, struct str *out, struct err *err)
{
	struct span text;

	if (!json_is_string(place->value))
		return js_expected(place, "base64", err);
	text = (struct span){ json_string_value(place->value), json_string_length(place->value) };
	out->max = max;
	if (text.len / 4 > max / 3 + 1)
		return sign_bad(place, err, "more than %zu bytes", max);
	if (base64_decode(text, out, err) == 0)
		return 0;
	str_done(out);
	return sign_bad(place, err, "not base64, or more than %zu bytes", max);
}

int sign_get_bytes(const struct js_at *at, const char *name, size_t max, struct str *out,
		   struct err *err)
{
	struct js_at place = js_member(at, name);

	if (!place.value || json_is_null(place.value))
		return 0;
	return read_bytes(&place, max, out, err);
}

int sign_need_bytes(const struct js_at *at, const char *name, size_t max, struct str *out,
		    struct err *err)
{
	struct js_at place = js_member(at, name);

	if (read_bytes(&place, max, out, err) < 0)
		return -1;
	return out->len ? 0 : sign_bad(&place, err, "is empty");
}

int sign_get_int64(const struct js_at *at, const char *name, uint64_t *out, struct err *err)
{
	struct js_at place = js_member(at, name);
	struct err ignored;
	struct span text;

	if (!json_is_string(place.value))
		return js_get_size(at, name, INT64_MAX, out, err);
	text = (struct span){ json_string_value(place.value), json_string_length(place.value) };
	if (!text.len || text_number(text, INT64_MAX, name, out, &ignored) < 0)
		return sign_bad(&place, err, "expected a number from 0 to 2^63 - 1");
	return 0;
}

int sign_get_array(const struct js_at *at, const char *name, size_t max, struct js_at *out,
		   size_t *out_n, struct err *err)
{
	struct js_at place;
	size_t n;

	if (js_get_array(at, name, &place, err) < 0)
		return -1;
	n = json_array_size(place.value);
	if (n > max)
		return sign_bad(&place, err, "%zu elements, more than %zu", n, max);
	*out = place;
	*out_n = n;
	return 0;
}

int sign_need_object(const struct js_at *at, const char *name, struct js_at *out, struct err *err)
{
	struct js_at place = js_member(at, name);

	if (js_is_object(&place, err) < 0)
		return -1;
	*out = place;
	return 0;
}

int sign_need_copy(const struct js_at *at, const char *name, char **out, struct err *err)
{
	const char *text;

	if (js_need_text(at, name, &text, err) < 0)
		return -1;
	*out = mem_text(text);
	return 0;
}

json_t *sign_base64_json(const void *data, size_t size)
{
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_SIGNED);

	base64_encode(data, size, &text);
	return json_stringn(str_text(&text), text.len);
}
