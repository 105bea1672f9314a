// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/lexer.h"
#include "base/alloc.h"

/* Source, and its tokens: kind letter and text, separated by '|'. */
static const struct {
	const char *source, *tokens;
} good[] = {
	{ "", "" },
	{ "int a = 0x1f;", "W:int|W:a|P:=|N:0x1f|P:;" },
	{ "a->b.c...", "W:a|P:->|W:b|P:.|W:c|P:..." },
	{ "\"a\\\"b\" 'c' '\\''", "S:\"a\\\"b\"|C:'c'|C:'\\''" },
	{ "/* x */ a // y\nb", "W:a|W:b" },
	{ "/** x */ /// y\n//! z", "D:/** x */|D:/// y|D://! z" },
	{ "/*! x */ /**/ /*** x ***/ //// x", "D:/*! x */" },
	{ "/* \" */ \"/* */\"", "S:\"/* */\"" },
	{ "#define A \\\n b\nc", "W:c" },
	{ "#include \"a.h\"\n# include <b.h>\nc", "P:#include \"a.h\"|P:# include <b.h>|W:c" },
	{ "# 12 \"a.c\" 2\n#line 3\n#pragma x\na", "W:a" },
	{ "a # b", "W:a|P:#|W:b" },
	{ "#define A /* x\n y */ 1\nb", "N:1|W:b" },
	{ "1.5e3 0b1", "N:1.5e3|N:0b1" },
	{ "a\\\nb", "W:a|W:b" },
	{ "\xc3\xa9", "P:\xc3|P:\xa9" },
};

static const struct {
	const char *source;
	size_t len;
	const char *text;
} bad[] = {
	{ "a\n /* b", 7, "x:2:2: this comment does not end" },
	{ "/*/", 3, "x:1:1: this comment does not end" },
	{ "\"a\nb\"", 5, "x:1:1: this string does not end" },
	{ "\"a", 2, "x:1:1: this string does not end" },
	{ "'\\", 2, "x:1:1: this string does not end" },
	{ "a\0b", 3, "x:1:2: a NUL byte" },
};

static char *shown(const struct token *tokens, size_t n)
{
	struct str out = STR_MAX(4096);

	for (size_t i = 0; i < n; i++)
		if (tokens[i].kind != TOKEN_END)
			str_addf(&out, "%s%c:%.*s", i ? "|" : "", "WNSCPD"[tokens[i].kind],
				 (int)tokens[i].text.len, tokens[i].text.data);
	return out.data ? out.data : mem_text("");
}

static void sources_are_tokens(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(free) struct token *tokens = NULL;
		AUTO(free) char *text = NULL;
		struct err err;
		size_t n;

		if (lexer_run(span_of(good[i].source), "x", &tokens, &n, &err) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(tokens[n - 1].kind, TOKEN_END);
		text = shown(tokens, n);
		assert_string_equal(text, good[i].tokens);
	}
}

static void damage_is_named_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct token *tokens;
		struct err err;
		size_t n;

		assert_int_equal(lexer_run((struct span){ bad[i].source, bad[i].len }, "x", &tokens,
					   &n, &err),
				 -1);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_string_equal(err.text, bad[i].text);
	}
}

static void tokens_know_their_place(void **state)
{
	AUTO(free) struct token *tokens = NULL;
	struct err err;
	size_t n;

	(void)state;
	assert_int_equal(lexer_run(span_of("/* a\n b */ c\n#define d \\\n e\n\n\tf"), "x", &tokens,
				   &n, &err),
			 0);
	assert_int_equal(n, 3);
	assert_int_equal(tokens[0].line, 2);
	assert_int_equal(tokens[0].column, 7);
	assert_int_equal(tokens[1].line, 6);
	assert_int_equal(tokens[1].column, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_are_tokens),
		cmocka_unit_test(damage_is_named_with_its_place),
		cmocka_unit_test(tokens_know_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
