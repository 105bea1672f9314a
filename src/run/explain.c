// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/explain.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/str.h"
#include "kernel/live.h"
#include "run/explain_words.h"
#include "run/preflight.h"
#include "run/refusal.h"

#define UNRESOLVED "failed to resolve CO-RE relocation" /* libbpf's words in the log, since 0.8 */
#define POISON "195896080" /* the helper libbpf calls where a CO-RE relocation failed: 0xbad2310 */

struct explained {
	const char *package;
	const char *program;
	const struct bpf_object *object;
	const struct ext_info *info; /* of the object; or NULL */
};

/* libbpf's callback has no context */
static struct str kept = STR_MAX(LIMIT_CHILD_OUTPUT);

PRINTF(2, 0)
static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_CHILD_OUTPUT);

	if (level == LIBBPF_DEBUG && !log_traces(TRACE_libbpf))
		return 0;
	str_addv(&text, fmt, args);
	if (log_traces(TRACE_libbpf))
		log_trace(TRACE_libbpf, "%s", str_text(&text));
	if (level != LIBBPF_DEBUG)
		str_add(&kept, str_text(&text), text.len);
	return 0;
}

void explain_start(void)
{
	str_done(&kept);
	kept.is_full = false;
	libbpf_set_print(keep);
}

/* Takes the last line off the text. */
static struct span take_line(struct span *text)
{
	struct span line = *text;

	while (line.len && line.data[line.len - 1] != '\n')
		line.len--;
	line = (struct span){ text->data + line.len, text->len - line.len };
	text->len -= line.len;
	*text = span_trim(*text);
	return line;
}

/*
 * The last line libbpf printed that tells something, without "libbpf: "; the caller frees it. The
 * very last is often only that loading failed.
 */
static char *last_line(void)
{
	static const char *const empty[] = { "failed to load object", "failed to load: ",
					     "failed to prepare load attributes" };
	struct span text = span_trim((struct span){ str_text(&kept), kept.len }), line;
	bool is_empty;

	do {
		line = take_line(&text);
		if (span_starts(line, "libbpf: "))
			line = (struct span){ line.data + 8, line.len - 8 };
		is_empty = false;
		for (size_t i = 0; i < ARRAY_SIZE(empty); i++)
			is_empty =
				is_empty || memmem(line.data, line.len, empty[i], strlen(empty[i]));
	} while (is_empty && text.len);
	return text_printable(line.data, line.len);
}

int explain_open(const char *name, int number, struct err *err)
{
	AUTO(free) char *line = last_line();

	return err_set(err, EC_CORRUPT, "%s: not an object libbpf can open: %s", name,
		       *line ? line : strerror(number));
}

/* A piece of the kept text between two marks; empty when they are not there. */
static struct span between(const char *from, const char *to)
{
	const char *start = strstr(str_text(&kept), from);
	const char *end = start ? strstr(start, to) : NULL;

	if (!end)
		return (struct span){ "", 0 };
	start += strlen(from);
	return (struct span){ start, end - start };
}

/* "failed to resolve CO-RE relocation <byte_off> [5] struct a.b (0:0 @ offset 0)" -> "struct a.b" */
static struct span unresolved(const char *reason)
{
	const char *start = strstr(reason, "] "), *end = start ? strstr(start, " (") : NULL;

	if (!end)
		return (struct span){ "", 0 };
	return (struct span){ start + 2, end - start - 2 };
}

static int explain_relocation(const struct explained *what, const char *reason, const char *source,
			      struct err *err)
{
	const char *name = what->package, *program = what->program;
	AUTO(free) char *skip = explain_skip(what->object, program, false);
	struct span type = unresolved(reason);

	if (type.len)
		err_set(err, EC_UNSUPPORTED, "%s: this kernel has no %.*s, which program %s uses",
			name, (int)type.len, type.data, program);
	else
		err_set(err, EC_UNSUPPORTED,
			"%s: program %s uses a kernel type or field this kernel does not have%s%s",
			name, program, *source ? ", in: " : "", source);
	return skip ? err_hint(err, "%s", skip) : -1;
}

/* Helpers that read or write memory are withdrawn where the kernel is locked down. */
static bool is_locked(const char *reason)
{
	return live_lockdown() &&
	       (strstr(reason, "bpf_probe_read") || strstr(reason, "bpf_probe_write_user"));
}

/* "a length has no upper bound … (R2_w=scalar()): test it …; Linux 5.12 takes it" */
static void hint_cause(const struct refusal *r, struct err *err)
{
	AUTO(free) char *known = text_printable(r->known.data, r->known.len);

	if (!r->cause) {
		err_hint(err, "-v shows the verifier's whole log");
		return;
	}
	err_hint(err, "%s%s%.120s%s%s%s%s%s", r->cause, *known ? " (" : "", known,
		 *known ? ")" : "", r->advice ? ": " : "", r->advice ? r->advice : "",
		 r->since ? "; the first release that takes it is Linux " : "",
		 r->since ? r->since : "");
}

static int explain_verifier(const struct explained *what, struct span log, struct err *err)
{
	struct refusal r;
	AUTO(free) char *reason = NULL, *source = NULL, *place = NULL;

	refusal_read(log, what->info, &r);
	reason = text_printable(r.reason.data, r.reason.len);
	source = text_printable(r.source.data, r.source.len);
	place = text_printable(r.place, strlen(r.place));
	if (strstr(reason, POISON) || text_starts(reason, UNRESOLVED))
		return explain_relocation(what, reason, source, err);
	err_set(err, EC_VERIFIER, "%s: the verifier refused program %s: %s%s%s%s%s%s",
		what->package, what->program, reason, *place ? ", at " : "", place,
		*source ? " (in: " : "", source, *source ? ")" : "");
	if (is_locked(reason))
		return err_hint(err,
				"the kernel is locked down to %s and gives programs no such "
				"helper",
				live_lockdown());
	hint_cause(&r, err);
	return -1;
}

static int explain_refused(const struct explained *what, struct err *err)
{
	const char *name = what->package, *program = what->program;
	AUTO(free) char *skip = explain_skip(what->object, program, true);
	const char *lockdown = live_lockdown();

	if (preflight_is_confined()) {
		err_set(err, EC_DENIED, "%s: the kernel refuses to load %s%s (EPERM)", name,
			*program ? "program " : "eBPF programs", program);
		return err_hint(err, "is this a container without CAP_BPF and CAP_PERFMON?");
	}
	err_set(err, EC_UNSUPPORTED,
		"%s: the kernel refuses program %s (EPERM), although epm has the rights%s%s", name,
		program, lockdown ? ": it is locked down to " : "", lockdown ? lockdown : "");
	return err_hint(err,
			"a kernel that is locked down or built without it refuses some kinds of "
			"program%s%s",
			skip ? "; " : "", skip ? skip : "");
}

/* libbpf: "prog 'NAME': BPF program load failed: …" */
static struct span failed_program(void)
{
	struct span program = between("prog '", "': BPF program load failed");

	/* the last "prog '" before the mark is the one that failed */
	for (const char *p = program.data;
	     (p = strstr(p, "prog '")) && p < program.data + program.len; p += 6)
		program = (struct span){ p + 6, program.data + program.len - (p + 6) };
	return program;
}

char *explain_failed_program(void)
{
	struct span program = failed_program();

	return program.len ? mem_textn(program.data, program.len) : NULL;
}

/* libbpf: "map 'NAME': failed to create: …", of the one that failed. */
static const struct bpf_map *failed_map(const struct bpf_object *object)
{
	struct span name = between("map '", "': failed to create: ");
	AUTO(free) char *text = NULL;

	for (const char *p = name.data; (p = strstr(p, "map '")) && p < name.data + name.len;
	     p += 5)
		name = (struct span){ p + 5, name.data + name.len - (p + 5) };
	text = mem_textn(name.data, name.len);
	return name.len ? bpf_object__find_map_by_name(object, text) : NULL;
}

int explain_load(const struct explain_subject *subject, int number, struct err *err)
{
	const char *name = subject->name;
	const struct bpf_map *map = failed_map(subject->object);
	struct span program = failed_program();
	struct span log = between("-- BEGIN PROG LOAD LOG --\n", "-- END PROG LOAD LOG --");
	AUTO(free) char *who = NULL;
	AUTO(free) char *line = last_line();
	struct explained what = { name, NULL, subject->object, subject->info };

	who = text_printable(program.data, program.len);
	what.program = who;
	log_verbose("%s", str_text(&kept));
	if (span_trim(log).len && program.len)
		return explain_verifier(&what, log, err);
	if (map)
		return explain_map(name, map, number, err);
	if (number == EPERM)
		return explain_refused(&what, err);
	if (number == E2BIG && program.len) {
		err_set(err, EC_VERIFIER,
			"%s: the verifier refused program %s: too large or too complex", name, who);
		return err_hint(err,
				"it gave up: make loops shorter, use bpf_loop(), or move code into "
				"global functions");
	}
	if (program.len)
		return err_set(err, EC_UNSUPPORTED, "%s: the kernel cannot load program %s: %s",
			       name, who, strerror(number));
	if (explain_words(name, str_text(&kept), err))
		return -1;
	return err_set(err, EC_UNSUPPORTED, "%s: cannot be loaded on this kernel: %s (%s)", name,
		       *line ? line : "libbpf gave no reason", strerror(number));
}

void explain_tell(void)
{
	log_verbose("%s", str_text(&kept));
}
