// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_UTF8_H
#define EPM_BASE_UTF8_H

/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#include <stdbool.h>
#include <stddef.h>

/* Length of the sequence at text (1 to 4), 0 when it is not valid or does not end within len. */
size_t utf8_length(const char *text, size_t len);

/* The same, but 0 also for what must not reach a terminal raw: C0, DEL and C1 controls. */
size_t utf8_printable(const char *text, size_t len);

/* Columns the text takes in a terminal, one for each code point; not valid bytes count one each. */
size_t utf8_width(const char *s, size_t len);

#endif
