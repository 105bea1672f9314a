// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/heard.h"

#include <bpf/libbpf.h>

#include "base/limits.h"

static struct str words = STR_MAX(LIMIT_TEXT);

static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level != LIBBPF_DEBUG) {
		str_cut(&words, 0);
		str_addv(&words, fmt, args);
	}
	return 0;
}

void heard_start(void)
{
	str_cut(&words, 0);
	libbpf_set_print(keep);
}

void heard_end(void)
{
	libbpf_set_print(NULL);
}

struct span heard_reason(int number)
{
	struct span last = span_trim((struct span){ str_text(&words), words.len });

	if (span_starts(last, "libbpf: ")) {
		last.data += strlen("libbpf: ");
		last.len -= strlen("libbpf: ");
	}
	return last.len ? last : span_of(strerror(number));
}
