// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/auto.h"
#include "base/limits.h"
#include "base/str.h"

static const char *const components[] = {
#define LOG_COMPONENT_NAME(name) #name,
	LOG_COMPONENTS(LOG_COMPONENT_NAME)
};

static enum log_level level = LOG_NORMAL;
static unsigned int traced; /* a bit for each component */

void log_set_level(enum log_level new_level)
{
	level = new_level;
}

enum log_level log_get_level(void)
{
	return level;
}

static int trace_bit(struct span word, unsigned int *out)
{
	if (span_is(word, "all")) {
		*out = ~0u;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(components); i++)
		if (span_is(word, components[i])) {
			*out = 1u << i;
			return 0;
		}
	return -1;
}

int log_set_trace(const char *list, struct err *err)
{
	unsigned int bits = 0, bit;
	size_t len;

	for (const char *p = list ? list : ""; *p; p += len + (p[len] == ',')) {
		len = strcspn(p, ",");
		if (trace_bit((struct span){ p, len }, &bit) < 0)
			return err_set(err, EC_USAGE,
				       "EPM_TRACE: no component '%.*s' (http, auth, store, btf, "
				       "build, load, libbpf, all)",
				       (int)len, p);
		bits |= bit;
	}
	traced = bits;
	return 0;
}

bool log_traces(enum log_component component)
{
	return traced & (1u << component);
}

/* Lines of the text stay lines; all other control bytes are escaped. */
PRINTF(2, 0)
static void emit(const char *prefix, const char *fmt, va_list args)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	const char *line;
	size_t len;

	str_addv(&text, fmt, args);
	line = str_text(&text);
	do {
		AUTO(free) char *clean = NULL;

		len = strcspn(line, "\n");
		clean = text_printable(line, len);
		fprintf(stderr, "%s%s\n", prefix, clean);
		line += len;
	} while (*line++ && *line);
}

void log_warn(const char *fmt, ...)
{
	va_list args;

	if (level < LOG_NORMAL)
		return;
	va_start(args, fmt);
	emit("epm: warning: ", fmt, args);
	va_end(args);
}

void log_note(const char *fmt, ...)
{
	va_list args;

	if (level < LOG_NORMAL)
		return;
	va_start(args, fmt);
	emit("epm: ", fmt, args);
	va_end(args);
}

void log_verbose(const char *fmt, ...)
{
	va_list args;

	if (level < LOG_VERBOSE)
		return;
	va_start(args, fmt);
	emit("epm: ", fmt, args);
	va_end(args);
}

void log_trace(enum log_component component, const char *fmt, ...)
{
	char prefix[32];
	va_list args;

	if (!log_traces(component))
		return;
	snprintf(prefix, sizeof(prefix), "%s: ", components[component]);
	va_start(args, fmt);
	emit(prefix, fmt, args);
	va_end(args);
}

void log_error(const struct err *err)
{
	AUTO(free) char *text = text_printable(err->text, strlen(err->text));
	AUTO(free) char *hint = text_printable(err->hint, strlen(err->hint));

	fprintf(stderr, "epm: %s\n", text);
	if (err->hint[0])
		fprintf(stderr, "epm: hint: %s\n", hint);
}
