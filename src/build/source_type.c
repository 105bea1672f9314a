// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/source_type.h"

#include "base/alloc.h"

#define MAX_TYPEOF 4 /* in one another */

const struct token *source_token(const struct source_file *file, size_t i)
{
	return &file->tokens[i < file->n_tokens ? i : file->n_tokens - 1];
}

bool source_is(const struct source_file *file, size_t i, const char *text)
{
	return token_is(source_token(file, i), text);
}

static bool is_opening(const struct source_file *file, size_t i)
{
	return source_is(file, i, "(") || source_is(file, i, "[") || source_is(file, i, "{");
}

static size_t until(const struct source_file *file, size_t i, size_t end, const char *stop)
{
	while (i < end && source_token(file, i)->kind != TOKEN_END && !source_is(file, i, stop))
		i = is_opening(file, i) ? token_closing(file, i) + 1 : i + 1;
	return i < end ? i : end;
}

struct token_range source_part(const struct source_file *file, size_t *at, size_t end)
{
	struct token_range part = { *at, until(file, *at, end, ",") };

	*at = part.end < end ? part.end + 1 : end;
	return part;
}

size_t source_statement_end(const struct source_file *file, size_t start, size_t end)
{
	return until(file, start, end, ";");
}

static bool is_one_of(struct span word, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (span_is(word, words[i]))
			return true;
	return false;
}

static bool is_qualifier(struct span word)
{
	static const char *const words[] = {
		"const",	   "volatile", "static",     "extern",	   "register",
		"inline",	   "typedef",  "restrict",   "__restrict", "__inline",
		"__const",	   "auto",     "__weak",     "__noinline", "__maybe_unused",
		"__always_inline", "__hidden", "__inline__", "_Noreturn",
	};

	return is_one_of(word, words, ARRAY_SIZE(words));
}

/* Words that begin a statement that is no declaration. */
static bool is_statement(struct span word)
{
	static const char *const words[] = {
		"return",  "goto",     "else",	  "case",
		"default", "if",       "while",	  "switch",
		"for",	   "continue", "break",	  "sizeof",
		"do",	   "asm",      "__asm__", "__builtin_preserve_access_index",
	};

	return is_one_of(word, words, ARRAY_SIZE(words));
}

/* Those that may stand together: unsigned long long int */
static bool is_number_word(struct span word)
{
	static const char *const words[] = {
		"int",	      "char",  "short",	 "long",  "unsigned", "signed",
		"__signed__", "float", "double", "_Bool", "bool",     "__int128",
	};

	return is_one_of(word, words, ARRAY_SIZE(words));
}

/* Typedefs of numbers that are the kernel's or libc's, whose headers are not read. */
static bool is_number_typedef(struct span word)
{
	static const char *const words[] = {
		"u8",	   "u16",     "u32",	 "u64",	     "s8",	  "s16",      "s32",
		"s64",	   "__u8",    "__u16",	 "__u32",    "__u64",	  "__s8",     "__s16",
		"__s32",   "__s64",   "uint8_t", "uint16_t", "uint32_t",  "uint64_t", "int8_t",
		"int16_t", "int32_t", "int64_t", "size_t",   "ssize_t",	  "pid_t",    "uid_t",
		"gid_t",   "__be16",  "__be32",	 "__be64",   "uintptr_t", "__le16",   "__le32",
	};

	return is_one_of(word, words, ARRAY_SIZE(words));
}

/* __attribute__((…)), SEC("…") and their like */
static bool skip_attribute(const struct source_file *file, size_t *at)
{
	static const char *const words[] = { "__attribute__", "__attribute", "SEC",
					     "_Alignas",      "__aligned",   "__ksym",
					     "__kconfig",     "__asm__",     "asm" };

	if (!is_one_of(source_token(file, *at)->text, words, ARRAY_SIZE(words)))
		return false;
	*at = source_is(file, *at + 1, "(") ? token_closing(file, *at + 1) + 1 : *at + 1;
	return true;
}

static void take_struct(const struct source_file *file, size_t *at, struct source_type *type)
{
	size_t i = *at + 1;

	type->is_union = source_is(file, *at, "union");
	while (skip_attribute(file, &i))
		;
	if (source_token(file, i)->kind == TOKEN_WORD) {
		type->name = source_token(file, i++)->text;
		type->is_tag = true;
	}
	if (source_is(file, i, "{")) {
		size_t close = token_closing(file, i);

		if (!type->is_tag)
			type->members = (struct token_range){ i + 1, close };
		type->file = file;
		i = close + 1;
	}
	*at = i;
}

static void take_enum(const struct source_file *file, size_t *at, struct source_type *type)
{
	size_t i = *at + 1;

	type->is_scalar = true;
	if (source_token(file, i)->kind == TOKEN_WORD)
		type->name = source_token(file, i++)->text;
	if (source_is(file, i, "{"))
		i = token_closing(file, i) + 1;
	*at = i;
}

static bool is_typeof(const struct source_file *file, size_t i)
{
	return (source_is(file, i, "typeof") || source_is(file, i, "__typeof__") ||
		source_is(file, i, "__typeof")) &&
	       source_is(file, i + 1, "(");
}

static bool name_of(const struct source_file *file, struct token_range range, int depth,
		    struct source_type *out);

/* The word at *at begins or is a type. */
static void take_type(const struct source_file *file, size_t *at, int depth,
		      struct source_type *type)
{
	struct span word = source_token(file, *at)->text;

	if (span_is(word, "struct") || span_is(word, "union")) {
		take_struct(file, at, type);
	} else if (span_is(word, "enum")) {
		take_enum(file, at, type);
	} else if (is_typeof(file, *at)) {
		size_t close = token_closing(file, *at + 1);

		name_of(file, (struct token_range){ *at + 2, close }, depth + 1, type);
		*at = close + 1;
	} else {
		if (!span_is(word, "void"))
			type->name = word;
		type->is_scalar = is_number_word(word) || is_number_typedef(word);
		++*at;
	}
}

static bool specifiers(const struct source_file *file, size_t *at, size_t end, int depth,
		       struct source_type *out)
{
	struct source_type type = { 0 };
	bool has_type = false, is_number = false;
	size_t i = *at;

	while (i < end && source_token(file, i)->kind == TOKEN_WORD) {
		struct span word = source_token(file, i)->text;

		if (is_statement(word))
			return false;
		if (skip_attribute(file, &i))
			continue;
		if (is_qualifier(word) || (is_number && is_number_word(word))) {
			i++;
			continue;
		}
		if (has_type)
			break;
		is_number = is_number_word(word);
		take_type(file, &i, depth, &type);
		has_type = true;
	}
	if (!has_type)
		return false;
	*at = i;
	*out = type;
	return true;
}

bool source_type_specifiers(const struct source_file *file, size_t *at, size_t end,
			    struct source_type *out)
{
	return specifiers(file, at, end, 0, out);
}

static void take_pointers(const struct source_file *file, size_t *at, size_t end,
			  struct source_type *type)
{
	while (*at < end) {
		if (source_is(file, *at, "*"))
			type->pointers++;
		else if (skip_attribute(file, at))
			continue;
		else if (!is_qualifier(source_token(file, *at)->text))
			return;
		++*at;
	}
}

/* NAME, or (*NAME) before an array or the parameters of a function */
static bool take_name(const struct source_file *file, size_t *at, struct source_variable *v)
{
	size_t i = *at, close;

	if (source_token(file, i)->kind == TOKEN_WORD) {
		v->name = source_token(file, i)->text;
		v->at = i;
		*at = i + 1;
		return true;
	}
	if (!source_is(file, i, "(") || !source_is(file, i + 1, "*"))
		return false;
	close = token_closing(file, i);
	if (source_token(file, i + 2)->kind != TOKEN_WORD ||
	    !(source_is(file, close + 1, "[") || source_is(file, close + 1, "(")))
		return false;
	v->name = source_token(file, i + 2)->text;
	v->at = i + 2;
	v->type.pointers++;
	if (source_is(file, close + 1, "("))
		v->type = (struct source_type){ 0 };
	*at = source_is(file, close + 1, "(") ? token_closing(file, close + 1) + 1 : close + 1;
	return true;
}

static void take_suffix(const struct source_file *file, size_t *at, size_t end,
			struct source_variable *v)
{
	bool is_array = false;

	while (*at < end) {
		if (source_is(file, *at, "[")) {
			is_array = true;
			*at = token_closing(file, *at) + 1;
		} else if (source_is(file, *at, ":")) {
			while (*at < end && !source_is(file, *at, ",") &&
			       !source_is(file, *at, ";"))
				++*at;
		} else if (is_qualifier(source_token(file, *at)->text)) {
			++*at;
		} else if (!skip_attribute(file, at)) {
			break;
		}
	}
	v->type.pointers += is_array;
}

bool source_type_declarator(const struct source_file *file, size_t *at, size_t end,
			    const struct source_type *base, struct source_variable *out)
{
	struct source_variable v = { .type = *base };
	size_t i = *at;

	take_pointers(file, &i, end, &v.type);
	if (i >= end || !take_name(file, &i, &v))
		return false;
	take_suffix(file, &i, end, &v);
	if (i < end && source_is(file, i, "=")) {
		v.value.start = ++i;
		while (i < end && !source_is(file, i, ",") && !source_is(file, i, ";"))
			i = is_opening(file, i) ? token_closing(file, i) + 1 : i + 1;
		v.value.end = i < end ? i : end;
	}
	if (i < end && source_is(file, i, ","))
		i++;
	else if (i < end && !source_is(file, i, ";"))
		return false;
	*at = i;
	*out = v;
	return true;
}

static bool name_of(const struct source_file *file, struct token_range range, int depth,
		    struct source_type *out)
{
	struct source_type type;
	size_t i = range.start;

	if (depth > MAX_TYPEOF || !specifiers(file, &i, range.end, depth, &type))
		return false;
	take_pointers(file, &i, range.end, &type);
	if (i != range.end)
		return false;
	*out = type;
	return true;
}

bool source_type_name(const struct source_file *file, struct token_range range,
		      struct source_type *out)
{
	return name_of(file, range, 0, out);
}

bool source_type_is_record(const struct source_type *type)
{
	return (type->name.len && !type->is_scalar) || type->members.end > type->members.start;
}

char *source_type_text(const struct source_type *type)
{
	if (!type->name.len)
		return mem_text(type->is_union ? "union without a name" : "struct without a name");
	return mem_printf("%s%.*s",
			  !type->is_tag	   ? ""
			  : type->is_union ? "union "
					   : "struct ",
			  (int)type->name.len, type->name.data);
}
