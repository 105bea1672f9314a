// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/declaration.h"

#include <ctype.h>

#include "base/alloc.h"

static const struct token *at(const struct source_file *file, size_t i)
{
	return &file->tokens[i < file->n_tokens ? i : file->n_tokens - 1];
}

static bool is(const struct source_file *file, size_t i, const char *text)
{
	return token_is(at(file, i), text);
}

static bool is_end(const struct source_file *file, size_t i)
{
	return at(file, i)->kind == TOKEN_END;
}

static bool opens(const struct token *token)
{
	return token->kind == TOKEN_PUNCTUATION && token->text.len == 1 &&
	       strchr("([{", *token->text.data);
}

static bool closes(const struct token *token)
{
	return token->kind == TOKEN_PUNCTUATION && token->text.len == 1 &&
	       strchr(")]}", *token->text.data);
}

size_t token_closing(const struct source_file *file, size_t open)
{
	size_t depth = 0, i;

	for (i = open; !is_end(file, i); i++) {
		if (opens(at(file, i)))
			depth++;
		else if (closes(at(file, i)) && --depth == 0)
			return i;
	}
	return i;
}

struct parser {
	const struct source_file *file;
	struct declaration *d;
	size_t i;
	bool has_value; /* an = was seen */
	bool is_typedef;
	bool has_members;
	struct span last_word; /* the last that may be a name */
	struct span tag;
};

/* SEC("…"): the section, and nothing of it is a name */
static void take_section(struct parser *p)
{
	const struct token *text = at(p->file, p->i + 2);

	if (is(p->file, p->i + 1, "(") && text->kind == TOKEN_STRING && text->text.len >= 2)
		p->d->section = (struct span){ text->text.data + 1, text->text.len - 2 };
	p->i = token_closing(p->file, p->i + 1) + 1;
}

/* enum [TAG] [{…}], of which no word is the name of what is declared */
static void take_enum(struct parser *p)
{
	p->i++;
	if (at(p->file, p->i)->kind == TOKEN_WORD)
		p->i++;
	if (is(p->file, p->i, "{"))
		p->i = token_closing(p->file, p->i) + 1;
}

/* __attribute__((section("…"), used)), which SEC() is when the source was preprocessed */
static void take_section_attribute(struct parser *p)
{
	size_t i = p->i + 2;
	const struct token *text = at(p->file, i + 2);

	if ((is(p->file, i, "section") || is(p->file, i, "__section__")) &&
	    text->kind == TOKEN_STRING && text->text.len >= 2)
		p->d->section = (struct span){ text->text.data + 1, text->text.len - 2 };
}

/* struct [TAG] [{…}] */
static void take_struct(struct parser *p)
{
	size_t i = p->i + 1;

	p->d->is_union = is(p->file, p->i, "union");
	while (is(p->file, i, "__attribute__"))
		i = token_closing(p->file, i + 1) + 1;
	if (at(p->file, i)->kind == TOKEN_WORD) {
		p->tag = at(p->file, i)->text;
		i++;
	}
	if (is(p->file, i, "{")) {
		p->has_members = true;
		p->d->members.start = i + 1;
		p->d->members.end = token_closing(p->file, i);
		i = p->d->members.end + 1;
	} else {
		p->tag = (struct span){ "", 0 };
	}
	p->i = i;
}

static bool is_attribute(const struct source_file *file, size_t i)
{
	static const char *const names[] = { "__attribute__", "__attribute",	"__uint",
					     "__type",	      "_Static_assert", "__ulong",
					     "__array",	      "__aligned",	"__weak",
					     "__hidden" };

	for (size_t n = 0; n < ARRAY_SIZE(names); n++)
		if (is(file, i, names[n]))
			return true;
	return false;
}

/* BPF_PROG(name, …), BPF_KPROBE(name, …): macros that make the function's head */
static bool is_head_macro(struct span word)
{
	if (!span_starts(word, "BPF_"))
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (islower((unsigned char)word.data[i]))
			return false;
	return true;
}

/* A '(' after a word at the outermost level, before any '=': a function. */
static void take_function(struct parser *p, size_t open)
{
	size_t close = token_closing(p->file, open);
	struct span name = p->last_word;

	p->d->parameters = (struct token_range){ open + 1, close };
	if (is_head_macro(name) && at(p->file, open + 1)->kind == TOKEN_WORD) {
		name = at(p->file, open + 1)->text;
		p->d->parameters.start = open + 2 + is(p->file, open + 2, ",");
	}
	p->i = close + 1;
	while (is_attribute(p->file, p->i) && is(p->file, p->i + 1, "("))
		p->i = token_closing(p->file, p->i + 1) + 1;
	if (!is(p->file, p->i, "{"))
		return; /* a prototype */
	p->d->kind = DECLARATION_FUNCTION;
	p->d->name = name;
	p->d->body.start = p->i + 1;
	p->d->body.end = token_closing(p->file, p->i);
	p->i = p->d->body.end + 1;
}

static void take_brackets(struct parser *p)
{
	p->i = token_closing(p->file, p->i) + 1;
}

/* One token or group of a declaration; true when it ends there. */
static bool take(struct parser *p)
{
	const struct token *token = at(p->file, p->i);

	if (is(p->file, p->i, ";")) {
		p->i++;
		return true;
	}
	if (is(p->file, p->i, "SEC")) {
		take_section(p);
	} else if (is_attribute(p->file, p->i)) {
		p->i++;
		take_section_attribute(p);
		if (is(p->file, p->i, "("))
			take_brackets(p);
	} else if ((is(p->file, p->i, "struct") || is(p->file, p->i, "union")) && !p->has_value) {
		take_struct(p);
	} else if (is(p->file, p->i, "enum") && !p->has_value) {
		take_enum(p);
	} else if (is(p->file, p->i, "(") && p->last_word.len && !p->has_value) {
		take_function(p, p->i);
		return p->d->kind == DECLARATION_FUNCTION;
	} else if (opens(token)) {
		take_brackets(p);
	} else {
		p->has_value = p->has_value || is(p->file, p->i, "=");
		p->is_typedef = p->is_typedef || is(p->file, p->i, "typedef");
		if (token->kind == TOKEN_WORD && !p->has_value)
			p->last_word = token->text;
		p->i++;
	}
	return false;
}

static void conclude(struct parser *p)
{
	struct declaration *d = p->d;

	if (d->kind == DECLARATION_FUNCTION)
		return;
	if (p->has_members && (p->is_typedef || !p->last_word.len)) {
		d->kind = DECLARATION_STRUCT;
		d->name = p->tag.len ? p->tag : p->last_word;
		d->is_typedef_name = !p->tag.len;
	} else if (p->last_word.len && !p->is_typedef && !d->parameters.end) {
		d->kind = DECLARATION_VARIABLE;
		d->name = p->last_word;
	}
}

static size_t parse(const struct source_file *file, size_t start, struct declaration *d)
{
	struct parser p = { .file = file, .d = d, .i = start };

	while (!is_end(file, p.i) && !take(&p)) {
		/* a stray bracket or a comment inside: go on behind it */
		if (closes(at(file, p.i)) || at(file, p.i)->kind == TOKEN_DOC)
			p.i++;
	}
	conclude(&p);
	d->all.end = p.i;
	return p.i;
}

void declarations_find(const struct source_file *file, struct declarations *out)
{
	struct declarations list = { 0 };
	size_t i = 0, docs;

	while (!is_end(file, i)) {
		struct declaration d = { 0 };

		docs = i;
		while (at(file, i)->kind == TOKEN_DOC)
			i++;
		d.docs = (struct token_range){ docs, i };
		d.all.start = i;
		if (at(file, i)->kind == TOKEN_PUNCTUATION && !is(file, i, ";")) {
			i++; /* #include "…", stray brackets */
			continue;
		}
		if (is_end(file, i))
			break;
		i = parse(file, i, &d);
		ARRAY_ROOM(list.items, list.n_items, list.cap);
		list.items[list.n_items++] = d;
	}
	*out = list;
}

void declarations_done(struct declarations *declarations)
{
	free(declarations->items);
	*declarations = (struct declarations){ 0 };
}
