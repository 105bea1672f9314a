// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/file_edit.h"
#include "pkg/settings_priv.h"

#define MIRRORS "mirrors."

static bool is_list(const char *key)
{
	return text_starts(key, MIRRORS) || !strcmp(key, "plain_http") || !strcmp(key, "insecure");
}

static json_t *text_of(const char *value)
{
	return js_text_lossy(value, strlen(value));
}

/* A number without a unit is written as one: `timeout: 30`. */
static json_t *plain_value(const char *key, const char *value)
{
	struct err ignored = { 0 };
	uint64_t number;

	if (!strcmp(key, "timeout") &&
	    text_number(span_of(value), 1000000, key, &number, &ignored) == 0)
		return json_integer((json_int_t)number);
	return text_of(value);
}

static json_t *make_value(const char *key, const char *const *values, size_t n_values)
{
	json_t *list;

	if (!is_list(key))
		return plain_value(key, values[0]);
	list = json_array();
	for (size_t i = 0; i < n_values; i++)
		js_append(list, text_of(values[i]));
	return list;
}

/* Puts value, which is taken over, where the key says. */
static void put_value(json_t *json, const char *key, json_t *value)
{
	json_t *mirrors;

	if (!text_starts(key, MIRRORS)) {
		js_set(json, key, value);
		return;
	}
	mirrors = json_object_get(json, "mirrors");
	if (!json_is_object(mirrors)) {
		mirrors = json_object();
		js_set(json, "mirrors", mirrors);
	}
	js_set(mirrors, key + strlen(MIRRORS), value);
}

static const char *top_key(const char *key)
{
	return text_starts(key, MIRRORS) ? "mirrors" : key;
}

/* By itself, so that another key that is wrong does not hinder. */
static int check_value(const char *key, json_t *value, struct err *err)
{
	AUTO(json) json_t *alone = json_object();
	AUTO(settings) struct settings settings;

	settings_defaults(&settings);
	put_value(alone, key, json_incref(value));
	if (settings_take(&settings, alone, SETTINGS_FILE, SETTINGS_PERSON, err) == 0)
		return 0;
	err->code = EC_USAGE;
	return -1;
}

int settings_set(const char *home, const char *key, const char *const *values, size_t n_values,
		 struct err *err)
{
	AUTO(file_edit) struct file_edit edit = FILE_EDIT_NONE;
	AUTO(free) char *path = path_join(home, SETTINGS_FILE);
	AUTO(json) json_t *value = NULL;

	if (settings_check_key(key, err) < 0)
		return -1;
	if (!strcmp(key, "mirrors")) {
		err_set(err, EC_USAGE, "mirrors are set for each registry");
		return err_hint(err, "the key is mirrors.REGISTRY or mirrors.REGISTRY/PATH");
	}
	if (n_values != 1 && !is_list(key))
		return err_set(err, EC_USAGE, "%s takes one value", key);
	value = make_value(key, values, n_values);
	if (check_value(key, value, err) < 0 || file_edit_open(path, &edit, err) < 0)
		return -1;
	put_value(edit.json, key, json_incref(value));
	return file_edit_write(&edit, top_key(key), err);
}

static bool remove_key(json_t *json, const char *key)
{
	json_t *mirrors = json_object_get(json, "mirrors");
	bool was_there;

	if (!text_starts(key, MIRRORS))
		return json_object_del(json, key) == 0;
	was_there = json_object_del(mirrors, key + strlen(MIRRORS)) == 0;
	if (was_there && !json_object_size(mirrors))
		json_object_del(json, "mirrors");
	return was_there;
}

int settings_unset(const char *home, const char *key, bool *out_was_there, struct err *err)
{
	AUTO(file_edit) struct file_edit edit = FILE_EDIT_NONE;
	AUTO(free) char *path = path_join(home, SETTINGS_FILE);

	if (settings_check_key(key, err) < 0)
		return -1;
	*out_was_there = false;
	if (!fs_exists(AT_FDCWD, path))
		return 0;
	if (file_edit_open(path, &edit, err) < 0)
		return -1;
	*out_was_there = remove_key(edit.json, key);
	return *out_was_there ? file_edit_write(&edit, top_key(key), err) : 0;
}
