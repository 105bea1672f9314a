// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_LOG_H
#define EPM_BASE_LOG_H

/*
 * Words for a person on stderr, beside the result. A function either logs or returns its error,
 * never both. Control bytes in what is logged come out escaped, so that outside text is safe here.
 */
#include <stdbool.h>

#include "base/err.h"

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };

/* Components of EPM_TRACE. */
#define LOG_COMPONENTS(X) X(http) X(auth) X(store) X(btf) X(build) X(load) X(libbpf) X(trust)

enum log_component {
#define LOG_COMPONENT_ENUM(name) TRACE_##name,
	LOG_COMPONENTS(LOG_COMPONENT_ENUM)
#undef LOG_COMPONENT_ENUM
};

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "http,store" or "all"; unknown words are an error (USAGE). NULL and "" switch all off. */
int log_set_trace(const char *list, struct err *err) MUST_CHECK;
bool log_traces(enum log_component component);

/* "epm: …" and its hint, also with -q: an error that is not the end of the command. */
void log_error(const struct err *err);
void log_warn(const char *fmt, ...) PRINTF(1, 2);    /* "epm: warning: …", not with -q */
void log_note(const char *fmt, ...) PRINTF(1, 2);    /* "epm: …", not with -q */
void log_verbose(const char *fmt, ...) PRINTF(1, 2); /* only with -v */
void log_trace(enum log_component component, const char *fmt, ...) PRINTF(2, 3);

#endif
