// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_PACK_H
#define EPM_BASE_PACK_H

/*
 * A tar archive compressed by zstd, in memory, through libarchive, which is loaded when it is needed
 * (base/library.h). Entries are files of mode 0644 of nobody and of no time: the same calls give the
 * same bytes.
 */
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

struct pack;

/* What is written is appended to out, which is borrowed until pack_end(). UNSUPPORTED. */
int pack_open(struct str *out, struct pack **result, struct err *err) MUST_CHECK;
int pack_file(struct pack *pack, const char *name, struct span data, struct err *err) MUST_CHECK;

/* A hard link to a file that was written before. */
int pack_link(struct pack *pack, const char *name, const char *target, struct err *err) MUST_CHECK;

/* FAILED also where it passed the maximum of out. Only pack_free() is left to call. */
int pack_end(struct pack *pack, struct err *err) MUST_CHECK;
void pack_free(struct pack *pack);
AUTO_POINTER(pack, struct pack, pack_free);

#endif
