// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_ALLOC_H
#define EPM_BASE_ALLOC_H

/*
 * Allocation that does not fail: when memory is out the process says so and aborts. That is allowed
 * because every size that comes from outside is held against limits.h first.
 */
#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

void *mem_alloc(size_t size);			  /* zeroed */
void *mem_array(size_t n, size_t size);		  /* zeroed; aborts on overflow of n * size */
void *mem_resize(void *p, size_t n, size_t size); /* what is new is not zeroed */
void *mem_copy(const void *data, size_t size);
char *mem_text(const char *text); /* strdup; NULL gives NULL */
char *mem_textn(const char *text, size_t len);
char *mem_printf(const char *fmt, ...) PRINTF(1, 2);

/*
 * Make room for one more element in a growing array. *cap is kept by this macro.
 *	ARRAY_ROOM(list->items, list->n_items, list->cap)
 */
#define ARRAY_ROOM(items, n, cap)                                               \
	do {                                                                    \
		if ((n) == (cap)) {                                             \
			(cap) = (cap) ? (cap)*2 : 8;                            \
			(items) = mem_resize((items), (cap), sizeof(*(items))); \
		}                                                               \
	} while (0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
