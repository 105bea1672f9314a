// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/note.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "build/comment.h"
#include "build/declaration.h"

struct reading {
	const struct source_file *file;
	struct notes *notes;
	struct err *err;
};

static void add(struct reading *r, enum note_kind kind, struct span owner, struct span name,
		json_t *tags, unsigned int line)
{
	struct notes *notes = r->notes;

	ARRAY_ROOM(notes->items, notes->n_items, notes->cap);
	notes->items[notes->n_items++] = (struct note){
		.kind = kind,
		.name = mem_textn(name.data, name.len),
		.owner = owner.len ? mem_textn(owner.data, owner.len) : NULL,
		.tags = tags,
		.path = r->file->path,
		.line = line,
	};
}

/* Tags of a run of comment tokens as a note, if there are any. */
static int note(struct reading *r, struct token_range docs, enum note_kind kind, struct span owner,
		struct span name)
{
	json_t *tags;

	if (docs.start == docs.end || !name.len)
		return 0;
	if (comment_tags(r->file, docs.start, docs.end, kind, &tags, r->err) < 0)
		return -1;
	add(r, kind, owner, name, tags, r->file->tokens[docs.start].line);
	return 0;
}

static bool is_trailing(const struct token *token)
{
	return token->kind == TOKEN_DOC && token->text.len > 3 && token->text.data[3] == '<';
}

/* The name a member declares: the last word before ';', '[', ':' or ','. */
static struct span member_name(const struct source_file *file, size_t start, size_t end)
{
	struct span name = { "", 0 };

	for (size_t i = start; i < end; i++) {
		const struct token *token = &file->tokens[i];

		if (token->kind == TOKEN_PUNCTUATION && strchr("[:,", *token->text.data))
			break;
		if (token_is(token, "__attribute__"))
			break;
		if (token_is(token, "{")) {
			i = token_closing(file, i);
			continue;
		}
		if (token->kind == TOKEN_WORD)
			name = token->text;
	}
	return name;
}

static size_t member_end(const struct source_file *file, size_t start, size_t end)
{
	for (size_t i = start; i < end; i++) {
		if (token_is(&file->tokens[i], "{"))
			i = token_closing(file, i);
		else if (token_is(&file->tokens[i], ";"))
			return i;
	}
	return end;
}

static int read_members(struct reading *r, const struct declaration *d)
{
	const struct source_file *file = r->file;
	struct span last = { "", 0 };
	size_t i = d->members.start, end;

	while (i < d->members.end) {
		struct token_range docs = { i, i };

		if (is_trailing(&file->tokens[i])) {
			docs.end = ++i;
			if (note(r, docs, NOTE_MEMBER, d->name, last) < 0)
				return -1;
			continue;
		}
		while (i < d->members.end && file->tokens[i].kind == TOKEN_DOC &&
		       !is_trailing(&file->tokens[i]))
			i++;
		docs.end = i;
		end = member_end(file, i, d->members.end);
		last = member_name(file, i, end);
		if (note(r, docs, NOTE_MEMBER, d->name, last) < 0)
			return -1;
		i = end + 1;
	}
	return 0;
}

static bool is_license(struct span name)
{
	return span_is(name, "LICENSE") || span_is(name, "_license") || span_is(name, "__license");
}

static int read_one(struct reading *r, const struct declaration *d)
{
	struct span none = { "", 0 };

	switch (d->kind) {
	case DECLARATION_FUNCTION:
		if (d->section.len)
			return note(r, d->docs, NOTE_PROGRAM, none, d->name);
		return 0;
	case DECLARATION_VARIABLE:
		if (is_license(d->name))
			return note(r, d->docs, NOTE_LICENSE, none, d->name);
		return note(r, d->docs, span_is(d->section, ".maps") ? NOTE_MAP : NOTE_VARIABLE,
			    none, d->name);
	case DECLARATION_STRUCT:
		return read_members(r, d);
	default:
		return 0;
	}
}

static int read_file(struct reading *r)
{
	AUTO(declarations) struct declarations list = { 0 };

	declarations_find(r->file, &list);
	for (size_t i = 0; i < list.n_items; i++)
		if (read_one(r, &list.items[i]) < 0)
			return -1;
	return 0;
}

int notes_read(const struct source_files *files, struct notes *out, struct err *err)
{
	AUTO(notes) struct notes notes = { 0 };
	struct reading r = { .notes = &notes, .err = err };

	for (size_t i = 0; i < files->n_files; i++) {
		r.file = &files->files[i];
		if (read_file(&r) < 0)
			return -1;
	}
	*out = notes;
	notes = (struct notes){ 0 };
	return 0;
}

void notes_done(struct notes *notes)
{
	for (size_t i = 0; i < notes->n_items; i++) {
		free(notes->items[i].name);
		free(notes->items[i].owner);
		json_decref(notes->items[i].tags);
	}
	free(notes->items);
	*notes = (struct notes){ 0 };
}

const struct note *notes_find(const struct notes *notes, enum note_kind kind, const char *owner,
			      const char *name)
{
	for (size_t i = 0; i < notes->n_items; i++) {
		const struct note *note = &notes->items[i];

		if (note->kind == kind && (!name || !strcmp(note->name, name)) &&
		    (!owner || (note->owner && !strcmp(note->owner, owner))))
			return note;
	}
	return NULL;
}
