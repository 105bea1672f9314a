// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_HEARD_H
#define EPM_BUILD_HEARD_H

/*
 * What libbpf prints while it links or opens an object is kept instead of shown, and its last line
 * becomes part of an error. libbpf's print callback has no context, so there is one such memory.
 */
#include "base/str.h"

void heard_start(void);
void heard_end(void); /* libbpf prints to stderr again */

/* Its last line without "libbpf: ", or the text of the error number. Valid until the next start. */
struct span heard_reason(int number);

#endif
