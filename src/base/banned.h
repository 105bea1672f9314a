// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_BANNED_H
#define EPM_BASE_BANNED_H

/*
 * Forced into every file of src/ by the build (-include). The headers that declare the functions
 * come first, so that only later uses are refused. What to use instead: str.h, text_number(),
 * spawn.h.
 */
#include <alloca.h>
#include <linux/bpf.h> /* names the helpers strtol and strtoul */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* macros where the headers are fortified for clang */
#undef alloca
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strncpy strcat strncat stpcpy sprintf vsprintf gets strtok strtok_r
#pragma GCC poison atoi atol atoll atof strtol strtoul strtoll strtoull system popen alloca
#pragma GCC poison tmpnam mktemp ctime asctime

#endif
