// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/name_index.h"

#include "base/alloc.h"

#define BUCKETS_LEAST 16
#define NAME_MOST 512 /* the kernel's symbols are shorter; longer names are in no index */

/* Eight bytes at a time: all names of a kernel go through it. */
static uint32_t hash_name(const char *name, size_t len)
{
	uint64_t hash = len, word;

	for (; len >= sizeof(word); name += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, name, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, name, len);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash >> 32;
}

void name_index_make(const struct raw_btf *btf, struct name_index *out)
{
	uint32_t n = btf->n_types - btf->n_base, n_buckets = BUCKETS_LEAST;
	uint32_t *heads, *next;

	while (n_buckets < n)
		n_buckets *= 2;
	heads = mem_array((size_t)n_buckets + n, sizeof(*heads));
	next = heads + n_buckets;
	/* backwards, so that the chains go up */
	for (uint32_t i = n - 1; i > 0; i--) {
		uint32_t id = btf->n_base + i, bucket;
		const char *name = raw_btf_name(btf, raw_btf_type(btf, id)->name_off);

		if (!*name || strnlen(name, NAME_MOST) == NAME_MOST)
			continue;
		bucket = hash_name(name, raw_btf_essential(name)) & (n_buckets - 1);
		next[i] = heads[bucket];
		heads[bucket] = id;
	}
	*out = (struct name_index){ .heads = heads,
				    .n_buckets = n_buckets,
				    .next = next,
				    .first_id = btf->n_base,
				    .n_next = n,
				    .owned = heads };
}

void name_index_done(struct name_index *index)
{
	free(index->owned);
	*index = (struct name_index){ 0 };
}

static bool is_named(const struct raw_btf *btf, uint32_t id, const char *name, size_t len)
{
	const char *own = raw_btf_name(btf, raw_btf_type(btf, id)->name_off);

	return !strncmp(own, name, len) && (own[len] == '\0' || raw_btf_essential(own) == len);
}

static bool is_inside(const struct name_index *index, const struct raw_btf *btf, uint32_t id)
{
	return id > index->first_id && id - index->first_id < index->n_next && id < btf->n_types;
}

/* The first of a chain from id on that has the name. */
static uint32_t follow(const struct name_index *index, const struct raw_btf *btf, uint32_t id,
		       const char *name, size_t len)
{
	while (is_inside(index, btf, id)) {
		uint32_t next = index->next[id - index->first_id];

		if (is_named(btf, id, name, len))
			return id;
		if (next <= id)
			break;
		id = next;
	}
	return 0;
}

uint32_t name_index_cost(const struct name_index *index, const struct raw_btf *btf,
			 const char *name, size_t len, uint32_t most)
{
	uint32_t n = 0, id, next;

	if (!index->n_buckets || !len)
		return 0;
	id = index->heads[hash_name(name, len) & (index->n_buckets - 1)];
	for (; n < most && is_inside(index, btf, id); id = next) {
		next = index->next[id - index->first_id];
		n++;
		if (next <= id)
			break;
	}
	return n;
}

uint32_t name_index_first(const struct name_index *index, const struct raw_btf *btf,
			  const char *name, size_t len)
{
	if (!index->n_buckets || !len)
		return 0;
	return follow(index, btf, index->heads[hash_name(name, len) & (index->n_buckets - 1)], name,
		      len);
}

uint32_t name_index_next(const struct name_index *index, const struct raw_btf *btf, uint32_t id,
			 const char *name, size_t len)
{
	uint32_t next = index->next[id - index->first_id];

	return next > id ? follow(index, btf, next, name, len) : 0;
}

uint32_t name_index_find(const struct name_index *index, const struct raw_btf *btf,
			 const char *name, uint32_t kind)
{
	size_t len = raw_btf_essential(name);

	for (uint32_t id = name_index_first(index, btf, name, len); id;
	     id = name_index_next(index, btf, id, name, len)) {
		const struct btf_type *type = raw_btf_type(btf, id);

		if (raw_btf_kind(type) == kind && !strcmp(raw_btf_name(btf, type->name_off), name))
			return id;
	}
	return 0;
}
