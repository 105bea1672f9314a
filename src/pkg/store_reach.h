// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_STORE_REACH_H
#define EPM_PKG_STORE_REACH_H

/* Which blobs manifests lead to: for collecting and checking. Between the files of the store. */
#include <stdbool.h>

#include "oci/manifest.h"
#include "pkg/store.h"

struct store_reach {		    /* a set of digests */
	struct oci_digest *digests; /* sorted once store_reach_end() was called */
	size_t n_digests;
	size_t cap;
};

void store_reach_done(struct store_reach *reach);
AUTO_STRUCT(store_reach, struct store_reach, store_reach_done);

/*
 * Add what a descriptor leads to: itself, and when it is a manifest or an index all below it. A
 * descriptor of another type is a leaf. NOT_FOUND, CORRUPT when a manifest cannot be read: then the
 * set lacks what it would have led to.
 */
int store_reach_add(struct store *store, const struct oci_descriptor *descriptor,
		    struct store_reach *reach, struct err *err) MUST_CHECK;

/* The same of an entry of the index, with the image index that it was chosen from. */
int store_reach_entry(struct store *store, const struct oci_descriptor *entry,
		      struct store_reach *reach, struct err *err) MUST_CHECK;

/*
 * What an index keeps: all that its entries lead to, referrers only where something else leads to
 * what they refer to. is_gone (or NULL) and is_orphan have a place for each entry; entries that are
 * gone count as if they were not there, and is_orphan takes which referrers are kept by nothing.
 * -1 with the first error when a manifest cannot be read: both results lack what it leads to. The
 * set is sorted.
 */
int store_reach_index(struct store *store, const struct oci_index *index, const bool *is_gone,
		      bool *is_orphan, struct store_reach *reach, struct err *err) MUST_CHECK;

void store_reach_end(struct store_reach *reach); /* sorts; before store_reach_has() */
bool store_reach_has(const struct store_reach *reach, const struct oci_digest *digest);

#endif
