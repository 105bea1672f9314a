// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/comment.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"

/* Where a character of the comment's text stands in the source. */
struct place {
	size_t at; /* offset in the text */
	unsigned int line;
	unsigned int column;
};

struct text {
	struct str text;      /* lines without comment marks */
	struct place *places; /* of each line's start */
	size_t n_places;
	size_t cap;
};

static void text_done(struct text *t)
{
	str_done(&t->text);
	free(t->places);
}
AUTO_STRUCT(text, struct text, text_done);

static void add_line(struct text *t, struct span line, unsigned int number, unsigned int column)
{
	ARRAY_ROOM(t->places, t->n_places, t->cap);
	t->places[t->n_places++] = (struct place){ t->text.len, number, column };
	str_add(&t->text, line.data, line.len);
	str_addc(&t->text, '\n');
}

/* Leading blanks and, in block comments, one star with the blank after it. */
static struct span strip_marks(struct span line, bool is_block)
{
	size_t n = 0;

	while (n < line.len && (line.data[n] == ' ' || line.data[n] == '\t'))
		n++;
	if (is_block && n < line.len && line.data[n] == '*') {
		n++;
		while (n < line.len && (line.data[n] == ' ' || line.data[n] == '\t'))
			n++;
	}
	line.data += n;
	line.len -= n;
	while (line.len && isspace((unsigned char)line.data[line.len - 1]))
		line.len--;
	return line;
}

static void add_token(struct text *t, const struct token *token)
{
	bool is_block = token->text.data[1] == '*';
	struct span rest = { token->text.data + 3, token->text.len - 3 };
	unsigned int line = token->line;
	const char *start = token->text.data;
	unsigned int column = token->column;

	if (is_block)
		rest.len -= rest.len >= 2 ? 2 : rest.len;
	if (rest.len && *rest.data == '<') {
		rest.data++;
		rest.len--;
	}
	while (1) {
		const char *newline = memchr(rest.data, '\n', rest.len);
		struct span raw = { rest.data, newline ? (size_t)(newline - rest.data) : rest.len };
		struct span clean = strip_marks(raw, is_block);

		add_line(t, clean, line, column + (clean.data - start));
		if (!newline)
			return;
		rest.len -= newline + 1 - rest.data;
		rest.data = newline + 1;
		start = rest.data;
		column = 1;
		line++;
	}
}

static struct place find_place(const struct text *t, size_t at)
{
	struct place best = t->places[0];

	for (size_t i = 0; i < t->n_places && t->places[i].at <= at; i++)
		best = t->places[i];
	best.column += at - best.at;
	return best;
}

struct reader {
	const struct source_file *file;
	const struct text *text;
	enum note_kind kind;
	json_t *tags;
	struct err *err;
};

static int refuse(const struct reader *r, const char *at, const char *why, const char *detail)
{
	struct place place = find_place(r->text, at - r->text->text.data);

	return err_set(r->err, EC_CORRUPT, "%s:%u:%u: %s%s%s", r->file->path, place.line,
		       place.column, why, detail ? ": " : "", detail ? detail : "");
}

/* Tags whose value is text whatever it looks like, but for quotes around it. */
static bool is_text_tag(const char *name)
{
	static const char *const names[] = { "description", "brief",	  "details", "version",
					     "export",	    "format",	  "name",    "unit",
					     "cgroup",	    "alternative" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static const char *const known_tags[][12] = {
	[NOTE_VARIABLE] = { "description", "cmdarg", "value", "brief", "details" },
	[NOTE_MAP] = { "description", "sample", "export", "export_config", "interpreter",
		       "intepreter", "data", "brief", "details" },
	[NOTE_PROGRAM] = { "description", "tchook", "tcopts", "ifindex", "flags", "xdpopts",
			   "optional", "perf", "cgroup", "alternative", "brief", "details" },
	[NOTE_MEMBER] = { "description", "format", "name", "hidden", "unit", "brief", "details" },
	[NOTE_LICENSE] = { "description", "brief", "details", "version" },
};

/* Doxygen's, which say nothing to epm */
static const char *const foreign_tags[] = { "param",  "return", "returns", "note", "see",    "file",
					    "author", "todo",	"warning", "code", "endcode" };

static bool is_known(enum note_kind kind, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_tags[kind]) && known_tags[kind][i]; i++)
		if (!strcmp(name, known_tags[kind][i]))
			return true;
	return false;
}

static bool is_foreign(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign_tags); i++)
		if (!strcmp(name, foreign_tags[i]))
			return true;
	return false;
}

/* Others are kept, as eunomia does; but a slip of the finger should be seen. */
static void warn_unknown(const struct reader *r, const char *at, const char *name)
{
	struct place place = find_place(r->text, at - r->text->text.data);
	const char *const *known = known_tags[r->kind];
	size_t n = 0;
	const char *nearest;

	while (n < ARRAY_SIZE(known_tags[0]) && known[n])
		n++;
	nearest = text_nearest(name, known, n);
	log_warn("%s:%u:%u: @%s is not known here%s%s%s", r->file->path, place.line, place.column,
		 name, nearest ? "; did you mean @" : "", nearest ? nearest : "",
		 nearest ? "?" : "");
}

static bool looks_like_json(struct span value)
{
	return value.len && strchr("{[\"-0123456789tfn", *value.data);
}

/* Value of a tag as JSON or text. JSON errors count only where it cannot have been meant as text. */
static int parse_value(const struct reader *r, const char *name, struct span value, json_t **out)
{
	struct err why = { 0 };
	json_t *json = NULL;

	if (value.len == 0) {
		*out = json_true();
		return 0;
	}
	if (looks_like_json(value) && (!is_text_tag(name) || *value.data == '"')) {
		if (js_parse(value.data, value.len, name, &json, &why) == 0) {
			*out = json;
			return 0;
		}
		if (*value.data == '{' || *value.data == '[')
			return refuse(r, value.data, why.text, NULL);
	}
	*out = js_text_lossy(value.data, value.len);
	return 0;
}

/* Line breaks of a comment are none of the text; an empty line is. */
static json_t *flow(json_t *value)
{
	const char *s = json_string_value(value);
	struct str out = STR_MAX(LIMIT_SOURCE);
	json_t *result;

	for (size_t i = 0; s[i]; i++) {
		if (s[i] == '\n' && s[i + 1] == '\n') {
			str_addc(&out, '\n');
			i++;
		} else {
			str_addc(&out, s[i] == '\n' ? ' ' : s[i]);
		}
	}
	result = js_text_lossy(str_text(&out), out.len);
	str_done(&out);
	json_decref(value);
	return result;
}

static int add_tag(const struct reader *r, struct span name, struct span value)
{
	AUTO(free) char *key = mem_textn(name.data, name.len);
	json_t *json;

	if (is_foreign(key))
		return 0;
	if (!is_known(r->kind, key))
		warn_unknown(r, name.data, key);
	if (json_object_get(r->tags, key))
		return refuse(r, name.data, "this tag is there twice", key);
	if (parse_value(r, key, value, &json) < 0)
		return -1;
	if (json_is_string(json) && is_text_tag(key))
		json = flow(json);
	js_set(r->tags, key, json);
	return 0;
}

/* Where the next tag begins: an '@' (or, as Doxygen has it, '\') first in its line. */
static size_t next_tag(const struct text *t, size_t from)
{
	const char *s = str_text(&t->text);

	for (size_t i = from; i < t->text.len; i++)
		if ((i == 0 || s[i - 1] == '\n') && (s[i] == '@' || s[i] == '\\') &&
		    isalpha((unsigned char)s[i + 1]))
			return i;
	return t->text.len;
}

static int read_tags(const struct reader *r)
{
	const struct text *t = r->text;
	const char *s = str_text(&t->text);
	size_t at = next_tag(t, 0), end;
	struct span lead = span_trim((struct span){ s, at });
	static const struct span description = { "description", 11 };
	json_t *json;

	for (; at < t->text.len; at = end) {
		struct span name = { s + at + 1, 0 };
		struct span value;

		end = next_tag(t, at + 1);
		while (isalnum((unsigned char)name.data[name.len]) || name.data[name.len] == '_')
			name.len++;
		value = span_trim(
			(struct span){ name.data + name.len, s + end - name.data - name.len });
		if (add_tag(r, name, value) < 0)
			return -1;
	}
	if (lead.len && !json_object_get(r->tags, description.data)) {
		json = flow(js_text_lossy(lead.data, lead.len));
		js_set(r->tags, description.data, json);
	}
	return 0;
}

int comment_tags(const struct source_file *file, size_t start, size_t end, enum note_kind kind,
		 json_t **out, struct err *err)
{
	AUTO(text) struct text t = { .text = STR_MAX(LIMIT_SOURCE) };
	AUTO(json) json_t *tags = json_object();
	struct reader r = { file, &t, kind, tags, err };

	for (size_t i = start; i < end; i++)
		add_token(&t, &file->tokens[i]);
	if (t.n_places && read_tags(&r) < 0)
		return -1;
	*out = STEAL(tags);
	return 0;
}
