// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_CACHE_PRIV_H
#define EPM_KERNEL_CACHE_PRIV_H

/* The form of a kept file, in this machine's byte order. */
#include <stdint.h>

#define CACHE_MAGIC "epmbtf1\n"
#define CACHE_PARTS_MOST 65536

struct cache_header {
	char magic[8];
	uint64_t size; /* of the whole file */
	uint64_t n_parts;
};

struct cache_row { /* of each part, after the header; offsets are in the file */
	uint64_t name_at;
	uint64_t name_size; /* its NUL counted */
	uint64_t btf_at;
	uint64_t btf_size; /* 0: not kept */
	uint64_t names_at; /* heads, then next, of struct name_index */
	uint32_t n_buckets;
	uint32_t n_next;
	uint32_t first_id;
	uint32_t unused;
};

#endif
