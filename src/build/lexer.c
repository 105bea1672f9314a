// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/lexer.h"

#include <ctype.h>

#include "base/alloc.h"

struct lexer {
	const char *p;
	const char *end;
	const char *line_start;
	unsigned int line;
	bool at_line_start; /* nothing but blanks before on this line */
	const char *what;
	struct token *tokens;
	size_t n_tokens;
	size_t cap;
	struct err *err;
};

static char peek(const struct lexer *l, size_t ahead)
{
	return (size_t)(l->end - l->p) > ahead ? l->p[ahead] : '\0';
}

static void step(struct lexer *l)
{
	if (*l->p++ == '\n') {
		l->line++;
		l->line_start = l->p;
		l->at_line_start = true;
	}
}

static void add(struct lexer *l, enum token_kind kind, const char *start, unsigned int line,
		unsigned int column)
{
	ARRAY_ROOM(l->tokens, l->n_tokens, l->cap);
	l->tokens[l->n_tokens++] = (struct token){ kind, { start, l->p - start }, line, column };
}

static int refuse(struct lexer *l, unsigned int line, unsigned int column, const char *why)
{
	return err_set(l->err, EC_CORRUPT, "%s:%u:%u: %s", l->what, line, column, why);
}

static void line_comment(struct lexer *l, unsigned int column)
{
	const char *start = l->p;
	bool is_doc = (peek(l, 2) == '/' && peek(l, 3) != '/') || peek(l, 2) == '!';

	while (l->p < l->end && *l->p != '\n')
		l->p++;
	if (is_doc)
		add(l, TOKEN_DOC, start, l->line, column);
}

static int block_comment(struct lexer *l, unsigned int column)
{
	const char *start = l->p;
	unsigned int line = l->line;
	bool is_doc =
		(peek(l, 2) == '*' && peek(l, 3) != '*' && peek(l, 3) != '/') || peek(l, 2) == '!';
	bool was_at_start = l->at_line_start;

	l->p += 2;
	while (l->p < l->end && !(*l->p == '*' && peek(l, 1) == '/'))
		step(l);
	if (l->p == l->end)
		return refuse(l, line, column, "this comment does not end");
	l->p += 2;
	l->at_line_start = was_at_start;
	if (is_doc)
		add(l, TOKEN_DOC, start, line, column);
	return 0;
}

static int quoted(struct lexer *l, unsigned int column)
{
	const char *start = l->p;
	char quote = *l->p++;

	while (l->p < l->end && *l->p != quote) {
		if (*l->p == '\n')
			return refuse(l, l->line, column, "this string does not end");
		if (*l->p == '\\' && l->p + 1 < l->end)
			l->p++;
		step(l);
	}
	if (l->p == l->end)
		return refuse(l, l->line, column, "this string does not end");
	l->p++;
	add(l, quote == '"' ? TOKEN_STRING : TOKEN_CHARACTER, start, l->line, column);
	return 0;
}

/* A preprocessor line with its continuations; of #include "…" the name stays, as a string. */
static void directive(struct lexer *l, unsigned int column)
{
	const char *start = l->p;
	struct span text;

	while (l->p < l->end && *l->p != '\n') {
		if (*l->p == '\\' && peek(l, 1) == '\n')
			l->p++;
		else if (*l->p == '/' && peek(l, 1) == '*')
			break;
		step(l);
	}
	text = (struct span){ start + 1, l->p - start - 1 };
	while (text.len && (*text.data == ' ' || *text.data == '\t')) {
		text.data++;
		text.len--;
	}
	if (span_starts(text, "include"))
		add(l, TOKEN_PUNCTUATION, start, l->line, column);
}

static void word_or_number(struct lexer *l, unsigned int column)
{
	const char *start = l->p;
	bool is_word = !isdigit((unsigned char)*l->p);

	while (l->p < l->end &&
	       (isalnum((unsigned char)*l->p) || *l->p == '_' || (!is_word && *l->p == '.')))
		l->p++;
	add(l, is_word ? TOKEN_WORD : TOKEN_NUMBER, start, l->line, column);
}

static void punctuation(struct lexer *l, unsigned int column)
{
	const char *start = l->p++;

	if (*start == '-' && l->p < l->end && *l->p == '>')
		l->p++;
	else if (*start == '.' && peek(l, 0) == '.' && peek(l, 1) == '.')
		l->p += 2;
	add(l, TOKEN_PUNCTUATION, start, l->line, column);
}

static int next(struct lexer *l)
{
	unsigned int column = l->p - l->line_start + 1;
	char c = *l->p;

	if (c == '\0')
		return refuse(l, l->line, column, "a NUL byte");
	if (isspace((unsigned char)c)) {
		step(l);
		return 0;
	}
	if (c == '#' && l->at_line_start) {
		directive(l, column);
		return 0;
	}
	if (c == '/' && peek(l, 1) == '*')
		return block_comment(l, column);
	l->at_line_start = false;
	if (c == '/' && peek(l, 1) == '/')
		line_comment(l, column);
	else if (c == '"' || c == '\'')
		return quoted(l, column);
	else if (isalnum((unsigned char)c) || c == '_')
		word_or_number(l, column);
	else if (c == '\\')
		step(l);
	else
		punctuation(l, column);
	return 0;
}

int lexer_run(struct span text, const char *what, struct token **out, size_t *out_n,
	      struct err *err)
{
	struct lexer l = { .p = text.data,
			   .end = text.data + text.len,
			   .line_start = text.data,
			   .line = 1,
			   .at_line_start = true,
			   .what = what,
			   .err = err };

	while (l.p < l.end)
		if (next(&l) < 0) {
			free(l.tokens);
			return -1;
		}
	add(&l, TOKEN_END, l.p, l.line, 1);
	*out = l.tokens;
	*out_n = l.n_tokens;
	return 0;
}
