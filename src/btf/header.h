// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_HEADER_H
#define EPM_BTF_HEADER_H

/*
 * A kernel's types as a C header (vmlinux.h), in the manner of "bpftool btf dump format c": whole,
 * or only what a source can mean by the words in it, which clang reads four times as fast.
 *
 * Of the whole, header_for_words() keeps the types and enumerators so named, what these hold by
 * value, and the targets of pointers whose member is so named (to follow a pointer the source has to
 * spell the member). All else that is pointed to is declared and not defined. Names that are made
 * by ## are not found: whoever compiles must fall back on the whole header when that fails.
 */
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* A set of words, as they come from sources. */
struct words;

struct words *words_new(void);
void words_add(struct words *words, const char *word, size_t len);
bool words_have(const struct words *words, const char *word);
void words_free(struct words *words);
AUTO_POINTER(words, struct words, words_free);

/* Both read raw BTF (kernel_btf.h). CORRUPT. The whole takes some 150 ms, the other some 10. */
int header_whole(struct span data, const char *what, struct str *out, struct err *err) MUST_CHECK;
int header_for_words(struct span data, const char *what, const struct words *words, struct str *out,
		     struct err *err) MUST_CHECK;

#endif
