// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/compile.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/spawn.h"
#include "build/link.h"

/* Linux's word for the machine, bpf_tracing.h's for its registers, Debian's for its headers */
static const struct machine {
	const char *name;
	const char *target;
	const char *triplet;
} machines[] = {
	{ "x86_64", "x86", "x86_64-linux-gnu" },
	{ "aarch64", "arm64", "aarch64-linux-gnu" },
	{ "ppc64le", "powerpc", "powerpc64le-linux-gnu" },
	{ "s390x", "s390", "s390x-linux-gnu" },
	{ "riscv64", "riscv", "riscv64-linux-gnu" },
	{ "loongarch64", "loongarch", "loongarch64-linux-gnu" },
};

static const struct machine *this_machine(void)
{
	struct utsname name;

	if (uname(&name) == 0)
		for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
			if (!strcmp(name.machine, machines[i].name))
				return &machines[i];
	return &machines[0];
}

const char *compile_target(void)
{
	return this_machine()->target;
}

struct arguments {
	const char **items;
	size_t n_items;
	size_t cap;
	char **owned; /* those to be freed */
	size_t n_owned;
	size_t owned_cap;
};

static void arguments_done(struct arguments *a)
{
	for (size_t i = 0; i < a->n_owned; i++)
		free(a->owned[i]);
	free(a->owned);
	free(a->items);
}
AUTO_STRUCT(arguments, struct arguments, arguments_done);

static void add(struct arguments *a, const char *text)
{
	ARRAY_ROOM(a->items, a->n_items, a->cap);
	a->items[a->n_items++] = text;
}

static void add_owned(struct arguments *a, char *text)
{
	ARRAY_ROOM(a->owned, a->n_owned, a->owned_cap);
	a->owned[a->n_owned++] = text;
	add(a, text);
}

static void add_fixed(struct arguments *a, const struct compile_input *in)
{
	static const char *const fixed[] = { "-g",
					     "-O2",
					     "-target",
					     "bpf",
					     "-Wall",
					     "-Wno-unused-function",
					     "-Wno-missing-declarations" };

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		add(a, fixed[i]);
	add_owned(a, mem_printf("-mcpu=%s", toolchain_cpu(in->toolchain)));
	add_owned(a, mem_printf("-D__TARGET_ARCH_%s", compile_target()));
	for (size_t i = 0; i < in->n_cflags; i++)
		add(a, in->cflags[i]);
}

static void add_folders(struct arguments *a, const char *vmlinux)
{
	static const char *const folders[] = { "/usr/local/include", "/usr/include" };
	AUTO(free) char *multiarch = mem_printf("/usr/include/%s", this_machine()->triplet);

	/* "" is where the source is: clang runs there */
	add(a, "-I.");
	if (vmlinux) {
		add_owned(a, mem_printf("-I%s", vmlinux));
		add_owned(a, mem_printf("-ffile-prefix-map=%s/=", vmlinux));
	}
	add(a, "-idirafter");
	add_owned(a, mem_text(multiarch));
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		add(a, "-idirafter");
		add(a, folders[i]);
	}
}

char *compile_options(const struct compile_input *in)
{
	AUTO(arguments) struct arguments a = { 0 };
	struct str out = STR_MAX(LIMIT_TEXT);

	add_fixed(&a, in);
	for (size_t i = 0; i < a.n_items; i++)
		str_addf(&out, "%s%s", i ? " " : "", a.items[i]);
	return str_take(&out);
}

/* What clang reads: the source, and the variables that keep types. */
static void make_wrapper(const struct compile_input *in, const char *name, bool has_exports,
			 struct str *out)
{
	str_addf(out, "#include \"%s\"\n", name);
	for (size_t i = 0; has_exports && i < in->exports->n_items; i++) {
		const struct export *e = &in->exports->items[i];

		if (e->type)
			str_addf(out,
				 "static %s%s *" EXPORT_TAG "%s "
				 "__attribute__((used, section(\"" EXPORT_SECTION "\")));\n",
				 !e->is_tag    ? ""
				 : e->is_union ? "union "
					       : "struct ",
				 e->type, e->map);
	}
}

static void show_command(const struct arguments *a, const char *folder)
{
	AUTO(str) struct str line = STR_MAX(LIMIT_TEXT);

	for (size_t i = 0; i < a->n_items && a->items[i]; i++)
		str_addf(&line, "%s%s", i ? " " : "", a->items[i]);
	log_verbose("in %s: %s", folder, str_text(&line));
}

struct attempt {
	struct str object;
	struct str messages;
	int status;
};

static void attempt_done(struct attempt *a)
{
	str_done(&a->object);
	str_done(&a->messages);
}
AUTO_STRUCT(attempt, struct attempt, attempt_done);

static int run_clang(const struct compile_input *in, const char *source, const char *vmlinux,
		     bool has_exports, struct attempt *out, struct err *err)
{
	AUTO(str) struct str wrapper = STR_MAX(LIMIT_TEXT);
	AUTO(arguments) struct arguments a = { 0 };
	const char *name = path_base(source);
	AUTO(free) char *folder = name == source ? mem_text(".") : mem_textn(source, name - source);
	struct spawn spawn = { .folder = folder, .out = &out->object, .messages = &out->messages };

	out->object = (struct str)STR_MAX(LIMIT_OBJECT);
	out->messages = (struct str)STR_MAX(LIMIT_CHILD_OUTPUT);
	make_wrapper(in, name, has_exports, &wrapper);
	add(&a, in->toolchain->clang);
	add_fixed(&a, in);
	add_folders(&a, vmlinux);
	add(&a, "-fdebug-compilation-dir=.");
	if (isatty(STDERR_FILENO) && !getenv("NO_COLOR"))
		add(&a, "-fcolor-diagnostics");
	add(&a, "-x");
	add(&a, "c");
	add(&a, "-c");
	add(&a, "-");
	add(&a, "-o");
	add(&a, "-");
	add(&a, NULL);
	show_command(&a, folder);
	spawn.argv = a.items;
	spawn.input = (struct span){ str_text(&wrapper), wrapper.len };
	if (spawn_run(&spawn, err) < 0)
		return -1;
	out->status = spawn.status;
	return 0;
}

/* Bytes of colour at the start of a line: ESC [ … m, several times. */
static size_t colour_length(struct span line)
{
	size_t at = 0, n;

	while (line.len - at > 2 && line.data[at] == '\033' && line.data[at + 1] == '[') {
		for (n = at + 2; n < line.len && line.data[n] != 'm'; n++)
			;
		if (n == line.len)
			break;
		at = n + 1;
	}
	return at;
}

/* The compiler runs in the source's folder and calls files ./FILE; the person stands elsewhere. */
static void add_message(struct str *out, struct span line, const char *folder)
{
	static const char *const before[] = { "In file included from ", "                 from " };
	size_t at = colour_length(line);

	if (span_starts(line, "In file included from <stdin>:"))
		return; /* the wrapper is ours */
	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		if (span_starts(line, before[i]))
			at = strlen(before[i]);
	str_add(out, line.data, at);
	line = (struct span){ line.data + at, line.len - at };
	if (span_starts(line, "./")) {
		str_adds(out, folder);
		line = (struct span){ line.data + 2, line.len - 2 };
	}
	str_add(out, line.data, line.len);
	str_addc(out, '\n');
}

static int show_messages(const struct str *messages, const char *source, struct err *err)
{
	AUTO(free) char *folder = mem_textn(source, path_base(source) - source);
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_CHILD_OUTPUT);
	const char *p = str_text(messages), *end = p + messages->len, *newline;

	for (; p < end; p = newline + 1) {
		newline = memchr(p, '\n', end - p);
		if (!newline)
			newline = end;
		add_message(&text, (struct span){ p, newline - p }, folder);
	}
	/* else the compiler's own words about the person's own source, colours and all */
	return fs_write_fd(STDERR_FILENO, str_text(&text), text.len, "the messages", err);
}

/*
 * With the cut header first. When that fails, with the whole one, whose messages are the ones to
 * show. The types are kept in one source only.
 */
static int compile_one(const struct compile_input *in, size_t index, struct str *out,
		       struct err *err)
{
	const char *source = in->sources[index];
	AUTO(attempt) struct attempt first = { 0 };
	AUTO(attempt) struct attempt second = { 0 };
	AUTO(free) char *whole = NULL;
	struct attempt *last = &first;

	if (run_clang(in, source, in->vmlinux_folder, index == 0, &first, err) < 0)
		return -1;
	if (first.status && in->vmlinux) {
		log_trace(TRACE_build, "%s: once more with the whole vmlinux.h:\n%s", source,
			  str_text(&first.messages));
		last = &second;
		if (vmlinux_whole(in->vmlinux, &whole, err) < 0 ||
		    run_clang(in, source, whole, index == 0, &second, err) < 0)
			return -1;
	}
	if (last->messages.len && show_messages(&last->messages, source, err) < 0)
		return -1;
	if (last->status)
		return err_set(err, EC_FAILED, "%s does not compile (%s ended with status %d)",
			       source, path_base(in->toolchain->clang), last->status);
	*out = last->object;
	last->object = (struct str){ 0 };
	return 0;
}

int compile(const struct compile_input *in, struct str *out, struct err *err)
{
	AUTO(free) struct str *objects = mem_array(in->n_sources, sizeof(*objects));
	size_t n = 0;
	int rc = 0;

	while (n < in->n_sources && rc == 0) {
		rc = compile_one(in, n, &objects[n], err);
		n += rc == 0;
	}
	if (rc == 0)
		rc = link_objects(objects, n, out, err);
	for (size_t i = 0; i < n; i++)
		str_done(&objects[i]);
	return rc;
}
