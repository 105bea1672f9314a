// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_EXPORT_H
#define EPM_BUILD_EXPORT_H

/*
 * Which struct the records of a ring or perf buffer are, as far as the source tells. In this order:
 *
 *	/// @export struct NAME		before the map
 *	what is passed with that map to bpf_ringbuf_reserve, _submit, _output, the dynptr forms, or
 *	bpf_perf_event_output, through one level of helper function and through a per-CPU scratch map
 *	the only struct of the header given as second argument, as ecc takes it
 *
 * The type has to be in the object's BTF; that it is, without a dummy variable in the object, is
 * seen to at compile time (compile.h).
 */
#include <stdbool.h>

#include "base/auto.h"
#include "base/err.h"
#include "build/lexer.h"
#include "build/note.h"

struct export
{
	char *map;
	char *type;	   /* name of the struct, union or typedef; NULL: it cannot be told */
	bool is_tag;	   /* "struct NAME" is how C spells it; else NAME alone (a typedef) */
	bool is_union;	   /* with is_tag: "union NAME" */
	char **candidates; /* where it cannot be told: what was seen, spelled as in C */
	size_t n_candidates;
};

struct exports {
	struct export *items; /* a map that records are sent to is there once */
	size_t n_items;
	size_t cap;
	struct export header; /* what the header says of any map; map is NULL */
};

/*
 * header: path of the export header, or NULL; it is among the files. Its structs count that are not
 * members of another one of it, without CO-RE flavours. FAILED for a header without a struct, and
 * "FILE:LINE: …" for an @export that names no struct of the sources; a kernel's struct may be named
 * that stands somewhere in the sources as `struct NAME`.
 */
int exports_find(const struct source_files *files, const struct notes *notes, const char *header,
		 struct exports *out, struct err *err) MUST_CHECK;
void exports_done(struct exports *exports);
AUTO_STRUCT(exports, struct exports, exports_done);

/*
 * What is known of a map; NULL: nothing. A map that the sources send nothing to may be so because a
 * macro hides it; what the header says holds for it too.
 */
const struct export *exports_of(const struct exports *exports, const char *map);

/* "map events: …": what was seen, and what to write. FAILED, always -1. export may be NULL. */
int export_unclear(const char *map, const struct export *export, struct err *err);

#endif
