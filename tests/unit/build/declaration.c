// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/declaration.h"
#include "base/alloc.h"

/* Source, and its declarations: kind letter, name, section in <>. */
static const struct {
	const char *source, *found;
} cases[] = {
	{ "int a;", "V:a" },
	{ "const volatile int a = 3, b;", "V:a" },
	{ "static struct x *a[4] = { 0 };", "V:a" },
	{ "struct { int x; } m SEC(\".maps\");", "V:m<.maps>" },
	{ "struct { int x; } m __attribute__((section(\".maps\"), used));", "V:m<.maps>" },
	{ "struct a { int x; };", "S:a" },
	{ "typedef struct { int x; } a_t;", "S:a_t" },
	{ "typedef struct a { int x; } a_t;", "S:a" },
	{ "union a { int x; };", "S:a" },
	{ "struct a;", "O:" },
	{ "int f(void);", "O:" },
	{ "int f(int a) { return a; }", "F:f" },
	{ "SEC(\"kprobe/x\") int BPF_KPROBE(f, int a) { }", "F:f<kprobe/x>" },
	{ "SEC(\"tp_btf/x\")\nint BPF_PROG(f) { }", "F:f<tp_btf/x>" },
	{ "static __always_inline int f(void) { }\nint b;", "F:f V:b" },
	{ "enum { A, B };\nint b;", "O: V:b" },
	{ "enum e { A, B };\nenum e b;\nenum { C } c = C;", "O: V:b V:c" },
	{ "enum e f(void) { }", "F:f" },
	{ "char LICENSE[] SEC(\"license\") = \"GPL\";", "V:LICENSE<license>" },
	{ "}}} ; int a", "O: V:a" },
	{ "int f(void) { {", "F:f" },
	{ "", "" },
};

static char *found(const struct declarations *list)
{
	struct str out = STR_MAX(4096);

	for (size_t i = 0; i < list->n_items; i++) {
		const struct declaration *d = &list->items[i];

		str_addf(&out, "%s%c:%.*s", i ? " " : "", "OVFS"[d->kind], (int)d -> name.len,
			 d->name.len ? d->name.data : "");
		if (d->section.len)
			str_addf(&out, "<%.*s>", (int)d->section.len, d->section.data);
	}
	return out.data ? out.data : mem_text("");
}

static void declarations_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(declarations) struct declarations list = { 0 };
		AUTO(free) char *text = NULL;
		struct source_file file = { .path = "x" };
		struct err err;

		assert_int_equal(lexer_run(span_of(cases[i].source), "x", &file.tokens,
					   &file.n_tokens, &err),
				 0);
		declarations_find(&file, &list);
		text = found(&list);
		free(file.tokens);
		if (strcmp(text, cases[i].found) != 0)
			fail_msg("%s: %s instead of %s", cases[i].source, text, cases[i].found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declarations_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
