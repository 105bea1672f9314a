// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <sys/file.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/yaml.h"
#include "pkg/settings_priv.h"

#define MIRRORS "mirrors."

/* The file while it is changed. */
struct edit {
	char *path; /* no link any more */
	int folder; /* locked until it is closed */
	struct str text;
	json_t *json;
};

static void edit_done(struct edit *edit)
{
	free(edit->path);
	if (edit->folder >= 0)
		close(edit->folder);
	str_done(&edit->text);
	json_decref(edit->json);
}
AUTO_STRUCT(edit, struct edit, edit_done);

static struct span next_line(struct span text, size_t at)
{
	const char *start = text.data + at, *end = memchr(start, '\n', text.len - at);

	return (struct span){ start, end ? (size_t)(end - start + 1) : text.len - at };
}

/* "key:" at the beginning of a line */
static bool begins_key(struct span line, const char *key)
{
	size_t len = strlen(key);

	if (!span_starts(line, key))
		return false;
	while (len < line.len && line.data[len] == ' ')
		len++;
	return len < line.len && line.data[len] == ':';
}

/* A line that goes on with the value of the key above it. */
static bool is_continued(struct span line)
{
	return span_trim(line).len && strchr(" \t-", line.data[0]);
}

/* How much of a line a quoted value takes, with the key; 0: it is not quoted or does not end. */
static size_t quoted_length(struct span line)
{
	const char *colon = memchr(line.data, ':', line.len);
	size_t i = colon ? (size_t)(colon - line.data + 1) : line.len;
	char quote;

	while (i < line.len && line.data[i] == ' ')
		i++;
	if (i == line.len || (line.data[i] != '"' && line.data[i] != '\''))
		return 0;
	for (quote = line.data[i++]; i < line.len && line.data[i] != quote; i++)
		if (line.data[i] == '\\' && quote == '"')
			i++;
	return i < line.len ? i : 0;
}

/* What stands after the value in a line: " # comment"; empty where there is none. */
static struct span comment_of(struct span line)
{
	for (size_t i = 1 + quoted_length(line); i < line.len; i++)
		if (line.data[i] == '#' && (line.data[i - 1] == ' ' || line.data[i - 1] == '\t'))
			return span_trim((struct span){ line.data + i, line.len - i });
	return (struct span){ line.data, 0 };
}

void settings_edit(struct span text, const char *key, const char *lines, struct str *out)
{
	size_t start = text.len, end = text.len, n_lines = 0;
	struct span line, comment = { NULL, 0 };

	for (size_t at = 0; at < text.len; at += line.len) {
		line = next_line(text, at);
		if (start == text.len && begins_key(line, key)) {
			start = at;
			end = at + line.len;
			comment = comment_of(line);
		} else if (start < text.len && is_continued(line)) {
			end = at + line.len;
			n_lines++;
		} else if (start < text.len && span_trim(line).len && line.data[0] != '#') {
			break;
		}
	}
	str_add(out, text.data, start);
	if (start == text.len && start && text.data[start - 1] != '\n')
		str_addc(out, '\n');
	str_adds(out, lines);
	if (!n_lines && comment.len && *lines && strchr(lines, '\n')[1] == '\0') {
		str_cut(out, out->len - 1);
		str_addf(out, " %.*s\n", (int)comment.len, comment.data);
	}
	str_add(out, text.data + end, text.len - end);
}

static int open_edit(const char *home, struct edit *edit, struct err *err)
{
	AUTO(free) char *path = path_join(home, SETTINGS_FILE);
	AUTO(free) char *folder = NULL;

	edit->path = path_follow(path);
	folder = mem_textn(edit->path, path_base(edit->path) - edit->path);
	if (fs_open_dir(AT_FDCWD, folder, 0755, &edit->folder, err) < 0)
		return -1;
	flock(edit->folder, LOCK_EX); /* where there are no locks it goes without */
	if (fs_read(AT_FDCWD, edit->path, &edit->text, err) < 0 && err->code != EC_NOT_FOUND)
		return -1;
	return settings_read_json((struct span){ str_text(&edit->text), edit->text.len },
				  edit->path, &edit->json, err);
}

/* Whether the text is what the document is to be. */
static bool says(const struct str *text, const json_t *wanted)
{
	AUTO(json) json_t *json = NULL;
	struct err ignored = { 0 };

	return settings_read_json((struct span){ str_text(text), text->len }, "text", &json,
				  &ignored) == 0 &&
	       json_equal(json, wanted);
}

/*
 * The key's own lines are replaced, if that makes the document that is wanted: how it is written may
 * be such that it does not (a flow mapping). Then all of it is written anew, without its comments.
 */
static int write_edit(struct edit *edit, const char *key, struct err *err)
{
	AUTO(str) struct str lines = STR_MAX(LIMIT_SETTINGS);
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_SETTINGS);
	AUTO(json) json_t *part = json_object();
	json_t *value = json_object_get(edit->json, key);

	if (value) {
		js_set(part, key, json_incref(value));
		if (yaml_write(part, &lines, err) < 0)
			return -1;
	}
	settings_edit((struct span){ str_text(&edit->text), edit->text.len }, key, str_text(&lines),
		      &text);
	if (text.is_full || !says(&text, edit->json)) {
		str_cut(&text, 0);
		if (yaml_write(edit->json, &text, err) < 0)
			return -1;
	}
	if (text.is_full || text.len > LIMIT_SETTINGS)
		return err_set(err, EC_FAILED, "%s would be too large", edit->path);
	return fs_write(AT_FDCWD, edit->path, str_text(&text), text.len, 0644, err);
}

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
	AUTO(edit) struct edit edit = { .folder = -1, .text = STR_MAX(LIMIT_SETTINGS) };
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
	if (check_value(key, value, err) < 0 || open_edit(home, &edit, err) < 0)
		return -1;
	put_value(edit.json, key, json_incref(value));
	return write_edit(&edit, top_key(key), err);
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
	AUTO(edit) struct edit edit = { .folder = -1, .text = STR_MAX(LIMIT_SETTINGS) };
	AUTO(free) char *path = path_join(home, SETTINGS_FILE);

	if (settings_check_key(key, err) < 0)
		return -1;
	*out_was_there = false;
	if (!fs_exists(AT_FDCWD, path))
		return 0;
	if (open_edit(home, &edit, err) < 0)
		return -1;
	*out_was_there = remove_key(edit.json, key);
	return *out_was_there ? write_edit(&edit, top_key(key), err) : 0;
}
