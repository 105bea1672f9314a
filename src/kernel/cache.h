// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_CACHE_H
#define EPM_KERNEL_CACHE_H

/*
 * EPM_HOME/btf: what was made of a kernel's file, so that it is unpacked, hashed and indexed once.
 * A file named by the SHA-256 of its BTF holds BTF and index of names (BTF in raw files too: mapping
 * it is several times faster than reading, and nobody cuts it short), HASH.names the index alone for
 * the running kernel; source/KEY says which, by the identity of the source's file.
 *
 * All of it can go at any time. Files are replaced whole, so that processes do not disturb each
 * other; what is read is checked for its bounds, and BTF by raw_btf_open() as any other. Nothing
 * here is an error: without a folder, rights or room there is no cache.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/hash.h"
#include "base/str.h"
#include "btf/name_index.h"
#include "kernel/extract.h"

struct cache_key {
	char text[HASH_HEX + 1];
};

/*
 * A file and the member in it ("" where it is the file itself), wherever the file stands. False: it
 * changed just now, and could change again without a trace.
 */
bool cache_key_file(const struct stat *st, const char *member, struct cache_key *out);

/* The same of several files and what else matters. False also where one is not there. */
bool cache_key_files(const char *const *paths, size_t n, uint64_t number, struct cache_key *out);

/* Anything else that says what it is. */
void cache_key_bytes(const char *kind, struct span bytes, uint64_t number, struct cache_key *out);

struct cache_part {
	const char *name;
	struct span btf; /* empty: not kept */
	struct name_index names;
};

struct cache_kept {
	struct kernel_facts facts;
	struct cache_part *parts; /* in the mapping */
	size_t n_parts;
	void *mapped;
	size_t mapped_size;
};

/* False: it is not there. */
bool cache_get(const char *folder, const struct cache_key *key, struct cache_kept *out);
void cache_kept_done(struct cache_kept *kept);
AUTO_STRUCT(cache_kept, struct cache_kept, cache_kept_done);

void cache_put(const char *folder, const struct cache_key *key, const struct kernel_facts *facts,
	       const struct cache_part *parts, size_t n_parts);

/* It was found to be broken. */
void cache_drop(const char *folder, const struct cache_key *key);

/*
 * What was used longest ago goes until at most so many bytes are there, but nothing that was used
 * since `fresh` (in seconds, as time()): a list of kernels longer than the cache would lose each of
 * them before it comes again. True: there is room for more.
 */
bool cache_prune(const char *folder, uint64_t bytes_most, int64_t fresh);

#endif
