// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SURFACE_H
#define EPM_RUN_SURFACE_H

/*
 * What an opened object would have to do with the kernel, in words, for a trust policy to deny:
 * helpers, kfuncs, map types; of each program its type and how and where it attaches, after the
 * configuration and options moved it. All comes from the object's instructions and from what
 * libbpf makes of it, nothing from what its author declares; programs that are left out count, too.
 */
#include "base/err.h"
#include "btf/needs.h"
#include "run/loader.h"

/* Sorted, each word once; needs_list_done() frees them. CORRUPT as needs_find(). */
int surface_words(const struct loader *loader, struct needs_list *out, struct err *err) MUST_CHECK;

#endif
