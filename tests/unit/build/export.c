// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/export.h"
#include "base/alloc.h"

#define MAP(name) "struct { __uint(type, BPF_MAP_TYPE_RINGBUF); } " name " SEC(\".maps\");\n"
#define RB MAP("rb")
#define SCRATCH                                                                       \
	"struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1);\n" \
	"__type(key, u32); __type(value, struct event); } scratch SEC(\".maps\");\n"
#define EVENT "struct event { int pid; struct part { long a; } part; char comm[16]; };\n"
#define EVENT_T "typedef struct { int pid; } event_t;\n"
#define PROG(body) "SEC(\"kprobe/x\") int p(void *ctx)\n{\n" body "\nreturn 0;\n}\n"
#define ALL RB EVENT

/* Source text, and what is found: "map=type" for each map, "map=?a,b" where it cannot be told. */
static const struct {
	const char *source, *expected;
} cases[] = {
	/* the variable that the record is reserved into */
	{ ALL PROG("struct event *e; e = bpf_ringbuf_reserve(&rb, sizeof(*e), 0);"),
	  "rb=struct event" },
	{ ALL PROG("struct event *e = bpf_ringbuf_reserve(&rb, 24, 0);"), "rb=struct event" },
	{ ALL PROG("const struct event *const e = bpf_ringbuf_reserve(&rb, 24, 0);"),
	  "rb=struct event" },
	{ ALL PROG("int a = 1, *b; struct event x, *e, **f; e = bpf_ringbuf_reserve(&rb, 1, 0);"),
	  "rb=struct event" },
	{ ALL PROG("struct event *e; if (!(e = bpf_ringbuf_reserve(&rb, 8, 0))) return 0;"),
	  "rb=struct event" },
	{ ALL PROG("for (struct event *e = bpf_ringbuf_reserve(&rb, 8, 0); e;) break;"),
	  "rb=struct event" },
	{ EVENT_T RB PROG("event_t *e = bpf_ringbuf_reserve(&rb, 8, 0);"), "rb=event_t" },
	{ "typedef struct event event_t;\n" ALL PROG(
		  "event_t *e = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "rb=struct event" },
	{ "typedef struct event *event_p;\n" ALL PROG(
		  "event_p e = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "rb=struct event" },
	{ ALL "struct event *e;\n" PROG("e = bpf_ringbuf_reserve(&rb, 8, 0);"), "rb=struct event" },
	{ RB
	  "union any { int a; long b; };\n" PROG("union any *e = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "rb=union any" },
	{ RB PROG("struct task_struct *t = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "rb=struct task_struct" }, /* a kernel's */
	{ ALL "struct ctx { struct event *e; };\n" PROG(
		  "struct ctx c = {}; c.e = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "rb=struct event" },
	{ ALL "static int get(struct event **out) { *out = bpf_ringbuf_reserve(&rb, 8, 0); }\n",
	  "rb=struct event" },
	/* the size, a cast, another variable */
	{ ALL PROG("void *e = bpf_ringbuf_reserve(&rb, sizeof(struct event), 0);"),
	  "rb=struct event" },
	{ ALL PROG("u8 *e = bpf_ringbuf_reserve(&rb, sizeof(struct event) + 8, 0);"),
	  "rb=struct event" },
	{ ALL PROG("struct event x; void *e = bpf_ringbuf_reserve(&rb, sizeof x, 0);"),
	  "rb=struct event" },
	{ ALL PROG("u64 size = sizeof(struct event); void *e = bpf_ringbuf_reserve(&rb, size, 0);"),
	  "rb=struct event" },
	{ ALL PROG("void *e = (struct event *)bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "rb=struct event" },
	{ ALL PROG("void *v = bpf_ringbuf_reserve(&rb, 8, 0); struct event *e = v;"),
	  "rb=struct event" },
	{ ALL PROG("void *v = bpf_ringbuf_reserve(&rb, 8, 0); ((struct event *)v)->pid = 1;"),
	  "rb=struct event" },
	{ ALL "static void fill(struct event *e) {}\n" PROG(
		  "void *v = bpf_ringbuf_reserve(&rb, 8, 0); fill(v);"),
	  "rb=struct event" },
	/* output calls */
	{ ALL PROG("struct event e = {}; bpf_ringbuf_output(&rb, &e, sizeof(e), 0);"),
	  "rb=struct event" },
	{ ALL PROG("struct event e = { .pid = 1 }, f;\nbpf_ringbuf_output((void *)&rb, &f, 8, 0);"),
	  "rb=struct event" },
	{ ALL PROG("struct event e[2]; bpf_ringbuf_output(&rb, e, sizeof(e), 0);"),
	  "rb=struct event" },
	{ ALL PROG("struct event e[2]; bpf_ringbuf_output(&rb, &e[1], 8, 0);"), "rb=struct event" },
	{ ALL PROG("struct event e; bpf_ringbuf_output(&rb, &e.part, sizeof(e.part), 0);"),
	  "rb=struct part" },
	{ ALL PROG("struct event *e = f(); bpf_ringbuf_output(&rb, &e->part, 8, 0);"),
	  "rb=struct part" },
	{ ALL PROG("bpf_ringbuf_output(&rb, &(struct event){ .pid = 1 }, 8, 0);"),
	  "rb=struct event" },
	{ ALL PROG("bpf_ringbuf_output(&rb, (void *)(long)x, sizeof(struct event), 0);"),
	  "rb=struct event" },
	{ ALL "static struct event last;\n" PROG("bpf_ringbuf_output(&rb, &last, 8, 0);"),
	  "rb=struct event" },
	{ ALL PROG("struct event e; bpf_perf_event_output(ctx, &rb, BPF_F_CURRENT_CPU, &e, 8);"),
	  "rb=struct event" },
	{ ALL PROG("struct event e; bpf_xdp_output(ctx, &rb, 0, &e, sizeof(e));"),
	  "rb=struct event" },
	{ ALL "SEC(\"fentry/x\") int BPF_PROG(f, struct event *e)\n"
	      "{ return bpf_ringbuf_output(&rb, e, 8, 0); }\n",
	  "rb=struct event" },
	/* a record kept in a map */
	{ ALL SCRATCH PROG("struct event *e = bpf_map_lookup_elem(&scratch, &zero);\n"
			   "bpf_ringbuf_output(&rb, e, sizeof(*e), 0);"),
	  "rb=struct event" },
	{ ALL SCRATCH PROG("void *e = bpf_map_lookup_elem(&scratch, &zero);\n"
			   "bpf_ringbuf_output(&rb, e, 8, 0);"),
	  "rb=struct event" },
	{ ALL SCRATCH PROG("void *e; e = bpf_map_lookup_elem(&scratch, &zero); if (!e) return 0;\n"
			   "bpf_ringbuf_output(&rb, e, 8, 0);"),
	  "rb=struct event" },
	{ ALL SCRATCH "static void *get(void) { return bpf_map_lookup_elem(&scratch, &z); }\n" PROG(
		  "void *e = get(); bpf_ringbuf_output(&rb, e, 8, 0);"),
	  "rb=struct event" },
	{ ALL "struct { __uint(value_size, sizeof(struct event)); } heap SEC(\".maps\");\n" PROG(
		  "bpf_ringbuf_output(&rb, bpf_map_lookup_elem(&heap, &z), 8, 0);"),
	  "rb=struct event" },
	{ ALL "struct { struct event *value; } heap SEC(\".maps\");\n" PROG(
		  "bpf_ringbuf_output(&rb, bpf_map_lookup_elem(&heap, &z), 8, 0);"),
	  "rb=struct event" },
	/* helpers */
	{ ALL
	  "static int out(void *map, struct event *e) { bpf_ringbuf_output(map, e, 8, 0); }\n" PROG(
		  "struct event e; out(&rb, &e);"),
	  "rb=struct event" },
	{ ALL "static int out(void *e, int n) { return bpf_ringbuf_output(&rb, e, n, 0); }\n" PROG(
		  "struct event e; out(&e, sizeof(e));"),
	  "rb=struct event" },
	{ ALL "static int out(char *e, int n) { return bpf_ringbuf_output(&rb, e, n, 0); }\n" PROG(
		  "struct event e; out((char *)&e, sizeof(e));"),
	  "rb=struct event" },
	{ ALL
	  "static int out(void *m, void *e, int n) { bpf_ringbuf_output(m, e, n, 0); }\n"
	  "static int mid(void *e) { return out(&rb, e, 8); }\n" PROG("struct event e; mid(&e);"),
	  "rb=struct event" },
	{ ALL "static void *get(u64 size) { return bpf_ringbuf_reserve(&rb, size, 0); }\n" PROG(
		  "struct event *e; e = get(sizeof(*e));"),
	  "rb=struct event" },
	{ ALL "static void *get(u64 size) { void *p = bpf_ringbuf_reserve(&rb, size, 0);\n"
	      "if (!p) return 0; return p; }\n" PROG("struct event *e = get(24);"),
	  "rb=struct event" },
	{ ALL "static struct event *get(void) { return bpf_ringbuf_reserve(&rb, 8, 0); }\n",
	  "rb=struct event" },
	{ ALL MAP("b") "struct other { int a; };\n"
		       "static int out(void *m, void *e, int n) { bpf_ringbuf_output(m, e, n, 0); }\n" PROG(
			       "struct event e; struct other o; out(&rb, &e, 1); out(&b, &o, 1);"),
	  "rb=struct event b=struct other" },
	{ ALL "static int f(void *e) { return f(e) + bpf_ringbuf_output(&rb, e, 1, 0); }\n",
	  "rb=?" }, /* calls itself */
	{ ALL PROG("void *m = &rb; struct event e; bpf_ringbuf_output(m, &e, 8, 0);"),
	  "rb=struct event" },
	/* dynptr */
	{ ALL PROG("struct bpf_dynptr p; bpf_ringbuf_reserve_dynptr(&rb, sizeof(struct event), 0, "
		   "&p);"),
	  "rb=struct event" },
	{ ALL PROG("struct bpf_dynptr p; struct event e; bpf_ringbuf_reserve_dynptr(&rb, n, 0, &p);"
		   "bpf_dynptr_write(&p, 0, &e, sizeof(e), 0);"),
	  "rb=struct event" },
	{ ALL PROG(
		  "struct bpf_dynptr p; struct event *e; bpf_ringbuf_reserve_dynptr(&rb, n, 0, &p);"
		  "e = bpf_dynptr_data(&p, 0, 8);"),
	  "rb=struct event" },
	/* blocks and several types */
	{ ALL "struct other { int a; };\n" MAP("b")
		  PROG("{ struct event *e = bpf_ringbuf_reserve(&rb, 8, 0); }\n"
		       "{ struct other *e = bpf_ringbuf_reserve(&b, 8, 0); }"),
	  "rb=struct event b=struct other" },
	{ ALL "struct other { int a; };\n" PROG(
		  "struct event *e; { struct other *e; }\n e = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "rb=struct event" },
	{ ALL
	  "struct other { int a; };\n" PROG("struct event *e = bpf_ringbuf_reserve(&rb, 8, 0);\n"
					    "struct other *o = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "rb=?struct event,struct other" },
	{ "/// @export struct other\n" ALL
	  "struct other { int a; };\n" PROG("struct event *e = bpf_ringbuf_reserve(&rb, 8, 0);\n"),
	  "rb=struct other" },
	{ "/// @export event_t\n" RB EVENT_T, "rb=event_t" },
	{ "/// @export event\n" ALL, "rb=struct event" },
	{ "/** @export union u */\n" RB "union u { int a; };", "rb=union u" },
	{ "/// @export struct sock\n" RB "static void f(struct sock *sk) {}", "rb=struct sock" },
	/* what cannot be told */
	{ RB PROG("u32 x; bpf_ringbuf_output(&rb, &x, sizeof(x), 0);"), "rb=?u32" },
	{ RB PROG("struct { int a; } x; bpf_ringbuf_output(&rb, &x, sizeof(x), 0);"),
	  "rb=?struct without a name" },
	{ RB PROG("void *p = bpf_ringbuf_reserve(&rb, 64, 0);"), "rb=?" },
	{ RB PROG("bpf_ringbuf_output(&rb, p, 64, 0);"), "rb=?" },
	/* nothing sent, odd text */
	{ ALL, "" },
	{ ALL PROG("/* bpf_ringbuf_output(&rb, &e, 8, 0) */ \"bpf_ringbuf_reserve(&rb, 1, 0)\";"),
	  "" },
	{ "#define SEND(e) bpf_ringbuf_output(&rb, e, 1, 0)\n" ALL, "" },
	{ ALL PROG("x.bpf_ringbuf_output(&rb, &e, 8, 0);"), "" },
	{ "", "" },
	{ "}}}}((((;;;;", "" },
	{ "int f(void) { bpf_ringbuf_output(", "" },
	{ "int f(void) { bpf_ringbuf_output(&rb", "rb=?" },
	{ "int f(void) { struct event *e = bpf_ringbuf_reserve(&rb, sizeof(*e), 0",
	  "rb=struct event" },
	{ "int f(void) { x = bpf_ringbuf_reserve(&rb, sizeof(, 0); return (((", "rb=?" },
	{ "int f(void) { bpf_ringbuf_output(&rb, &*&*&&e[][]->->a..b, sizeof sizeof *, 0); }",
	  "rb=?" },
	{ "typedef a b; typedef b a;\nint f(a *x) { bpf_ringbuf_output(&rb, x, 1, 0); }", "rb=a" },
	{ "int f(void *p) { void *q = p; p = q; q = p; bpf_ringbuf_output(&rb, q, 1, 0); }",
	  "rb=?" },
	{ "int f(void) { void *e = bpf_ringbuf_reserve(&rb, sizeof(*e), 0); }", "rb=?" },
	{ "int f(void) { typeof(typeof(typeof(typeof(typeof(typeof(int)))))) *e; e = "
	  "bpf_ringbuf_reserve(&rb, 1, 0); }",
	  "rb=?" },
	/* preprocessed: line markers, sections as attributes */
	{ "# 1 \"a.bpf.c\"\n# 1 \"<built-in>\" 1 3\n"
	  "struct event { int a; };\n# 9 \"a.bpf.c\" 2\n"
	  "struct { int (*type)[6]; typeof(struct event) *value; } heap "
	  "__attribute__((section(\".maps\"), used));\n"
	  "int f(void) { bpf_ringbuf_output(&rb, bpf_map_lookup_elem(&heap, &z), 1, 0); }",
	  "rb=struct event" },
	{ "static void *(* const bpf_ringbuf_reserve)(void *rb, __u64 n, __u64 f) = (void *)131;\n" ALL
	  "typeof(name(0)) ____name(unsigned long long *ctx)\n"
	  "{ struct event *e; e = bpf_ringbuf_reserve(&rb, 8, 0); }",
	  "rb=struct event" },
};

static void add_file(struct source_files *files, const char *path, const char *text)
{
	struct source_file *file;
	struct err err;

	ARRAY_ROOM(files->files, files->n_files, files->cap);
	file = &files->files[files->n_files++];
	*file = (struct source_file){ .path = mem_text(path), .text = STR_MAX(1 << 20) };
	str_adds(&file->text, text);
	assert_int_equal(lexer_run((struct span){ str_text(&file->text), file->text.len }, path,
				   &file->tokens, &file->n_tokens, &err),
			 0);
}

static char *found(const struct exports *exports)
{
	struct str out = STR_MAX(4096);

	for (size_t i = 0; i < exports->n_items; i++) {
		const struct export *e = &exports->items[i];

		str_addf(&out, "%s%s=", i ? " " : "", e->map);
		if (e->type)
			str_addf(&out, "%s%s",
				 !e->is_tag    ? ""
				 : e->is_union ? "union "
					       : "struct ",
				 e->type);
		else
			str_adds(&out, "?");
		for (size_t n = 0; n < e->n_candidates; n++)
			str_addf(&out, "%s%s", n ? "," : "", e->candidates[n]);
	}
	return out.data ? out.data : mem_text("");
}

static void types_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(source_files) struct source_files files = { 0 };
		AUTO(notes) struct notes notes = { 0 };
		AUTO(exports) struct exports exports = { 0 };
		AUTO(free) char *text = NULL;
		struct err err;

		add_file(&files, "a.bpf.c", cases[i].source);
		assert_int_equal(notes_read(&files, &notes, &err), 0);
		if (exports_find(&files, &notes, NULL, &exports, &err) < 0)
			fail_msg("%s: %s", cases[i].source, err.text);
		text = found(&exports);
		if (strcmp(text, cases[i].expected) != 0)
			fail_msg("%zu: %s\nfound: %s\nexpected: %s", i, cases[i].source, text,
				 cases[i].expected);
	}
}

/* Source, header, and what is found; a map with nothing sent stands for one a macro hides. */
static const struct {
	const char *source, *header, *expected, *hidden;
} with_header[] = {
	{ RB PROG("SEND(e);"), EVENT, "", "event" },
	{ RB PROG("void *e = bpf_ringbuf_reserve(&rb, 8, 0);"), EVENT, "rb=struct event", "event" },
	{ RB PROG("void *e = bpf_ringbuf_reserve(&rb, 8, 0);"), "struct a { int a; };\n" EVENT,
	  "rb=?struct a,struct event", NULL },
	{ RB PROG("struct event *e = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  "struct a { int a; };\n" EVENT, "rb=struct event", NULL },
	{ RB PROG("struct other *e = bpf_ringbuf_reserve(&rb, 8, 0);"), EVENT, "rb=struct other",
	  "event" },
	{ RB PROG("struct event *e = bpf_ringbuf_reserve(&rb, 8, 0);"
		  "struct b *b = bpf_ringbuf_reserve(&rb, 8, 0);"),
	  EVENT, "rb=struct event", "event" },
	{ RB, "struct a___old { int x; };\n" EVENT, "", "event" },
	{ RB, "struct in { int x; };\nstruct out { struct in in; };\n", "", "out" },
	{ RB, "#include <x.h>\n#define N 4\nenum e { A };\ntypedef struct { int a; } event_t;\n",
	  "", "event_t" },
};

static void header_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(with_header); i++) {
		AUTO(source_files) struct source_files files = { 0 };
		AUTO(exports) struct exports exports = { 0 };
		AUTO(free) char *text = NULL;
		struct notes none = { 0 };
		const struct export *hidden;
		struct err err;

		add_file(&files, "a.bpf.c", with_header[i].source);
		add_file(&files, "a.h", with_header[i].header);
		assert_int_equal(exports_find(&files, &none, "a.h", &exports, &err), 0);
		text = found(&exports);
		assert_string_equal(text, with_header[i].expected);
		hidden = exports_of(&exports, "hidden");
		assert_non_null(hidden);
		if (with_header[i].hidden)
			assert_string_equal(hidden->type, with_header[i].hidden);
		else
			assert_null(hidden->type);
	}
}

static const struct {
	const char *source, *header, *text;
} refused[] = {
	{ "int a;\n/// @export struct evnt\n" ALL, NULL,
	  "a.bpf.c:2: @export struct evnt: the sources have no such struct" },
	{ "/// @export union event\n" ALL, NULL,
	  "a.bpf.c:1: @export union event: the sources have no such struct" },
	{ "/// @export u32\n" ALL, NULL,
	  "a.bpf.c:1: @export u32: the sources have no such struct" },
	{ "/// @export\n" ALL, NULL, "a.bpf.c:1: @export: expected struct NAME" },
	{ ALL, "enum a { B };\nstruct fwd;\n", "a.h: no struct to export is defined here" },
	{ ALL, "", "a.h: no struct to export is defined here" },
};

static void errors_name_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		AUTO(source_files) struct source_files files = { 0 };
		AUTO(notes) struct notes notes = { 0 };
		AUTO(exports) struct exports exports = { 0 };
		struct err err = { 0 };

		add_file(&files, "a.bpf.c", refused[i].source);
		if (refused[i].header)
			add_file(&files, "a.h", refused[i].header);
		assert_int_equal(notes_read(&files, &notes, &err), 0);
		assert_int_equal(exports_find(&files, &notes, refused[i].header ? "a.h" : NULL,
					      &exports, &err),
				 -1);
		assert_int_equal(err.code, EC_FAILED);
		assert_string_equal(err.text, refused[i].text);
	}
}

static void unclear_maps_are_explained(void **state)
{
	char *seen[] = { "struct a", "struct b" };
	struct export export = { .map = "rb", .candidates = seen, .n_candidates = 2 };
	struct err err;

	(void)state;
	assert_int_equal(export_unclear("rb", &export, &err), -1);
	assert_string_equal(err.text, "map rb: which type its records have cannot be told; "
				      "seen: struct a, struct b");
	assert_string_equal(err.hint, "Write /// @export struct a before the map.");
	assert_int_equal(export_unclear("rb", NULL, &err), -1);
	assert_string_equal(err.text, "map rb: which type its records have cannot be told");
	assert_string_equal(err.hint, "Write /// @export struct NAME before the map.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_found),
		cmocka_unit_test(header_counts),
		cmocka_unit_test(errors_name_the_place),
		cmocka_unit_test(unclear_maps_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
