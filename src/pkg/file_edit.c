// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/file_edit.h"

#include <sys/file.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/yaml.h"

void file_edit_done(struct file_edit *edit)
{
	free(edit->path);
	if (edit->folder >= 0)
		close(edit->folder);
	str_done(&edit->text);
	json_decref(edit->json);
}

/* A file of blanks and comments is no document to libyaml. */
static bool has_content(struct span text)
{
	bool in_comment = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '#' || (c == '\n' && in_comment))
			in_comment = c == '#';
		else if (!in_comment && c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return true;
	}
	return false;
}

int file_edit_read(struct span text, const char *what, json_t **out, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (!has_content(text)) {
		*out = json_object();
		return 0;
	}
	if (yaml_read(text.data, text.len, what, &json, err) < 0)
		return -1;
	at = JS_ROOT(json, what);
	if (js_is_object(&at, err) < 0)
		return -1;
	*out = STEAL(json);
	return 0;
}

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

void file_edit_text(struct span text, const char *key, const char *lines, struct str *out)
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

int file_edit_open(const char *path, struct file_edit *edit, struct err *err)
{
	AUTO(free) char *folder = NULL;
	struct stat st;

	edit->path = path_follow(path);
	if (stat(edit->path, &st) == 0 && !S_ISREG(st.st_mode)) /* it would be replaced by one */
		return err_set(err, EC_USAGE, "%s is no regular file", path);
	folder = mem_textn(edit->path, path_base(edit->path) - edit->path);
	if (!*folder) {
		free(folder);
		folder = mem_text(".");
	}
	if (fs_open_dir(AT_FDCWD, folder, 0755, &edit->folder, err) < 0)
		return -1;
	flock(edit->folder, LOCK_EX); /* where there are no locks it goes without */
	if (fs_read(AT_FDCWD, edit->path, &edit->text, err) < 0 && err->code != EC_NOT_FOUND)
		return -1;
	return file_edit_read((struct span){ str_text(&edit->text), edit->text.len }, edit->path,
			      &edit->json, err);
}

/* Whether the text is what the document is to be. */
static bool says(const struct str *text, const json_t *wanted)
{
	AUTO(json) json_t *json = NULL;
	struct err ignored = { 0 };

	return file_edit_read((struct span){ str_text(text), text->len }, "text", &json,
			      &ignored) == 0 &&
	       json_equal(json, wanted);
}

/*
 * The key's own lines are replaced, if that makes the document that is wanted: how it is written may
 * be such that it does not (a flow mapping). Then all of it is written anew, without its comments.
 */
int file_edit_write(struct file_edit *edit, const char *key, struct err *err)
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
	file_edit_text((struct span){ str_text(&edit->text), edit->text.len }, key,
		       str_text(&lines), &text);
	if (text.is_full || !says(&text, edit->json)) {
		str_cut(&text, 0);
		if (yaml_write(edit->json, &text, err) < 0)
			return -1;
	}
	if (text.is_full || text.len > LIMIT_SETTINGS)
		return err_set(err, EC_FAILED, "%s would be too large", edit->path);
	return fs_write(AT_FDCWD, edit->path, str_text(&text), text.len, 0644, err);
}
