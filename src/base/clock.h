// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_CLOCK_H
#define EPM_BASE_CLOCK_H

#include <stdint.h>

#include "base/err.h"

uint64_t clock_ns(void);  /* monotonic */
int64_t clock_wall(void); /* seconds since 1970 */

/* "3 minutes ago", "2 days ago"; the caller frees it. Times in the future read "just now". */
char *clock_age(int64_t then, int64_t now);

/* RFC 3339 in UTC, "2026-11-22T02:51:00Z", for 1970 to 9999; the caller frees it. */
char *clock_rfc3339(int64_t seconds);

/* Parses what clock_rfc3339() writes, with any fraction and offset; -1 where it is not a time. */
int64_t clock_parse_rfc3339(const char *text);

/*
 * The time that SOURCE_DATE_EPOCH gives (https://reproducible-builds.org/specs), in RFC 3339; NULL
 * where it is not set. USAGE when it is no number. The caller frees it.
 */
int clock_source_date(char **out, struct err *err) MUST_CHECK;

#endif
