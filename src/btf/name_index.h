// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_NAME_INDEX_H
#define EPM_BTF_NAME_INDEX_H

/*
 * The types of a BTF by their names without flavour (raw_btf_essential()): what CO-RE relocations
 * look for, and, with one more comparison, what anything else is looked for by. 2 to 4 ms and 1 MB
 * for a kernel's BTF; so it can be kept in a file and mapped again.
 *
 * Nothing of a mapped index is taken for true: ids are held against the BTF at each step, and a
 * chain that does not go up ends. At worst a broken one finds nothing.
 */
#include "btf/raw_btf.h"

struct name_index {
	const uint32_t *heads; /* the first id of each bucket; 0: none */
	uint32_t n_buckets;    /* a power of two */
	const uint32_t *next; /* [id - first_id]: the next id of the same bucket, which is larger */
	uint32_t
		first_id; /* the BTF's n_base: ids above it are here, those of a base have their own */
	uint32_t n_next;
	uint32_t *owned; /* NULL: mapped, somebody else's */
};

void name_index_make(const struct raw_btf *btf, struct name_index *out);
void name_index_done(struct name_index *index);
AUTO_STRUCT(name_index, struct name_index, name_index_done);

/*
 * The ids whose types have the essential name name[0..len), in ascending order, of any kind:
 *
 *	for (id = name_index_first(&index, &btf, name, len); id;
 *	     id = name_index_next(&index, &btf, id, name, len))
 */
uint32_t name_index_first(const struct name_index *index, const struct raw_btf *btf,
			  const char *name, size_t len);
uint32_t name_index_next(const struct name_index *index, const struct raw_btf *btf, uint32_t id,
			 const char *name, size_t len);

/*
 * How many types a search for the name passes, counted to at most `most`: what it costs where
 * somebody made all names fall into one bucket.
 */
uint32_t name_index_cost(const struct name_index *index, const struct raw_btf *btf,
			 const char *name, size_t len, uint32_t most);

/* The first type with exactly this name and kind; 0: none. */
uint32_t name_index_find(const struct name_index *index, const struct raw_btf *btf,
			 const char *name, uint32_t kind);

#endif
