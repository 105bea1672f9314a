// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_EXPLAIN_WORDS_H
#define EPM_RUN_EXPLAIN_WORDS_H

/*
 * What libbpf says before the kernel's verifier is asked at all (libbpf.c, 1.1 to 1.6), in words of
 * somebody who runs a package: functions, variables and options that the kernel does not have, places
 * to attach to, maps it does not create.
 */
#include <bpf/libbpf.h>
#include <stdbool.h>

#include "base/err.h"

/* Sets err when the text has something that is known; says whether it did. */
bool explain_words(const char *package, const char *text, struct err *err);

/* Why a map could not be created, and what helps; number: the errno. Always -1. */
int explain_map(const char *package, const struct bpf_map *map, int number, struct err *err);

#endif
