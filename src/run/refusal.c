// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/refusal.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "run/refusal_causes.h"

static bool is_statistics(struct span line)
{
	static const char *const starts[] = {
		"processed ", "verification time", "stack depth", "libbpf: ",
		"--",	      "max_states",	   "func#",	  "Live regs",
		"insn ",      "old state:",	   "cur state:"
	};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (span_starts(line, starts[i]))
			return true;
	return line.len == 0;
}

static size_t count_digits(struct span text)
{
	size_t n = 0;

	while (n < text.len && isdigit((unsigned char)text.data[n]))
		n++;
	return n;
}

/* "12: (85) call …": what stands behind the number; empty: the line is none. */
static struct span instruction_of(struct span line)
{
	size_t n = count_digits(line);

	if (!n || line.len < n + 3 || memcmp(line.data + n, ": (", 3) != 0)
		return (struct span){ "", 0 };
	return (struct span){ line.data + n + 2, line.len - n - 2 };
}

/* "R2=…", "R2_w=…": not "R2 invalid mem access" */
static bool is_register(struct span text)
{
	size_t n;

	if (text.len < 3 || *text.data != 'R')
		return false;
	n = 1 + count_digits((struct span){ text.data + 1, text.len - 1 });
	return n > 1 && n < text.len && (text.data[n] == '=' || text.data[n] == '_');
}

/* "12: R1=ctx() R10=fp0", "from 3 to 7: R0=…": what the verifier knows there. */
static bool is_state(struct span line)
{
	size_t n = count_digits(line);

	if (n && line.len > n + 2 && !memcmp(line.data + n, ": ", 2))
		return is_register((struct span){ line.data + n + 2, line.len - n - 2 });
	return span_starts(line, "from ") || is_register(span_trim(line));
}

/* To the blank that ends a value: "scalar(var_off=(0x0; 0xff))" has one within. */
static const char *end_of_value(const char *at, const char *end)
{
	int depth = 0;

	for (; at < end && (depth > 0 || *at != ' '); at++)
		depth += (*at == '(') - (*at == ')');
	return at;
}

/* The token "R2_w=…" or "R2=…" of a register in a state line. */
static struct span register_in(struct span line, struct span name)
{
	const char *end = line.data + line.len, *at = line.data;

	while ((at = memmem(at, end - at, name.data, name.len))) {
		const char *after = at + name.len;
		bool is_start = at == line.data || at[-1] == ' ';

		if (is_start && after < end && (*after == '=' || *after == '_'))
			return (struct span){ at, end_of_value(after, end) - at };
		at += name.len;
	}
	return (struct span){ "", 0 };
}

/* "R2" at the start of the reason; empty: it names none. */
static struct span register_of(struct span reason)
{
	size_t n;

	if (reason.len < 2 || *reason.data != 'R')
		return (struct span){ "", 0 };
	n = count_digits((struct span){ reason.data + 1, reason.len - 1 });
	return (struct span){ reason.data, n ? n + 1 : 0 };
}

/* What newer kernels write behind a source line: " @ file.c:12" */
static void take_place(struct span *source, char *place, size_t size)
{
	const char *at = memrchr(source->data, '@', source->len);
	struct span where;

	if (!at || at == source->data || at[-1] != ' ' || at[1] != ' ')
		return;
	where = (struct span){ at + 2, source->data + source->len - at - 2 };
	snprintf(place, size, "%.*s", (int)where.len, where.data);
	*source = span_trim((struct span){ source->data, at - source->data });
}

/* Older kernels only give the text of the line; the object knows where it stands. */
static void find_place(const struct ext_info *info, struct span source, char *place, size_t size)
{
	for (size_t i = 0; info && i < info->n_lines && source.len; i++) {
		const struct line_info *line = &info->lines[i];
		struct span text = span_trim(span_of(line->text));

		if (text.len == source.len && !memcmp(text.data, source.data, source.len)) {
			snprintf(place, size, "%s:%u", path_base(line->file), line->line);
			return;
		}
	}
}

static struct span take_line(struct span *log)
{
	const char *newline = memchr(log->data, '\n', log->len);
	struct span line = { log->data, newline ? (size_t)(newline - log->data) : log->len };
	size_t all = line.len + (newline != NULL);

	log->data += all;
	log->len -= all;
	return line;
}

/* "R0 min value is outside of …" adds nothing to "invalid access to map value, …" before it. */
static bool is_addition(struct span reason, struct span line)
{
	static const char words[] = "is outside of the allowed memory range";

	return span_starts(reason, "invalid access to ") &&
	       memmem(line.data, line.len, words, strlen(words));
}

static void read_lines(struct span log, struct refusal *out)
{
	while (log.len) {
		struct span line = take_line(&log), trimmed = span_trim(line);

		if (span_starts(line, "; "))
			out->source = span_trim((struct span){ line.data + 2, line.len - 2 });
		else if (instruction_of(line).len)
			out->instruction = instruction_of(line);
		else if (!is_state(line) && !is_statistics(trimmed) &&
			 !is_addition(out->reason, trimmed))
			out->reason = trimmed;
	}
}

/* The last that was said of the register, before the reason. */
static void read_register(struct span log, struct refusal *out)
{
	struct span name = register_of(out->reason), found;

	log.len = out->reason.data - log.data;
	while (name.len && log.len) {
		found = register_in(take_line(&log), name);
		if (found.len)
			out->known = found;
	}
}

void refusal_read(struct span log, const struct ext_info *info, struct refusal *out)
{
	const struct refusal_cause *cause;

	*out = (struct refusal){ .reason = { "", 0 }, .source = { "", 0 } };
	out->instruction = out->known = out->reason;
	read_lines(log, out);
	if (!out->reason.len)
		out->reason = out->instruction;
	if (out->reason.len)
		read_register(log, out);
	take_place(&out->source, out->place, sizeof(out->place));
	if (!*out->place)
		find_place(info, out->source, out->place, sizeof(out->place));
	cause = refusal_cause_of(out->reason);
	if (!cause)
		return;
	out->cause = cause->cause;
	out->advice = cause->advice;
	out->since = cause->since;
}
