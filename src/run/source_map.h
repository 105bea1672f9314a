// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SOURCE_MAP_H
#define EPM_RUN_SOURCE_MAP_H

/*
 * A map that is read at an interval and shown whole: as rows of key and value (default_kv) or one
 * histogram a key (log2_hist, linear_hist). Values of per-CPU maps are summed up member by member.
 * An element that goes away while the map is read is left out, never an error.
 */
#include <bpf/btf.h>

#include "base/err.h"
#include "pkg/config.h"
#include "run/output.h"

struct source_map;

struct source_map_wish {
	const char *name; /* of the map; borrowed, as are all others */
	int fd;
	const struct btf *btf; /* the object's */
	uint32_t key_type;
	uint32_t value_type;
	const struct config_sample *sample;
	const struct config_export *export;	/* columns of the value; NULL: all */
	const struct config_export *key_export; /* columns of the key; NULL: all */
	bool is_json;
	bool has_source;    /* text: say which map it is */
	bool has_no_header; /* text: leave the names of the columns out */
};

/* CORRUPT when key or value have no BTF, or a histogram is wanted of a value without slots. */
int source_map_open(const struct source_map_wish *wish, struct output *out_text,
		    struct source_map **out, struct err *err) MUST_CHECK;
void source_map_free(struct source_map *map);

/* Read and print. Needs the rights for bpf(). */
int source_map_print(struct source_map *map, struct err *err) MUST_CHECK;

uint64_t source_map_interval_ns(const struct source_map *map);
uint64_t source_map_rows(const struct source_map *map); /* printed so far */

#endif
