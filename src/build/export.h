// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_EXPORT_H
#define EPM_BUILD_EXPORT_H

/*
 * Which struct the records of a ring or perf buffer are. In this order:
 *
 *	/// @export struct NAME		before the map
 *	what is passed to bpf_ringbuf_reserve/submit/output, bpf_perf_event_output (also the
 *	bpf_seq_…-free dynptr forms) with that map, through one level of helper function and through
 *	a per-CPU scratch map
 *	the structs of the header given as second argument, as ecc takes it
 *
 * The type has to be in the object's BTF; that it is, without a dummy variable in the object, is
 * seen to at compile time (compile.h, "kept types").
 */
#include "base/auto.h"
#include "base/err.h"
#include "build/lexer.h"
#include "build/note.h"

struct export
{
	char *map;
	char *type; /* name of the struct (or typedef of one), without "struct" */
};

struct exports {
	struct export *items;
	size_t n_items;
	size_t cap;
};

/*
 * maps: names of the ring and perf buffers of the object. header: path of the export header, or
 * NULL. FAILED with the map, the candidates and what to write when it cannot be told.
 */
int exports_find(const struct source_files *files, const struct notes *notes,
		 const char *const *maps, size_t n_maps, const char *header, struct exports *out,
		 struct err *err) MUST_CHECK;
void exports_done(struct exports *exports);
AUTO_STRUCT(exports, struct exports, exports_done);

const char *exports_type(const struct exports *exports, const char *map); /* NULL: none */

#endif
