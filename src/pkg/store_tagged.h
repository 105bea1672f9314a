// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_STORE_TAGGED_H
#define EPM_PKG_STORE_TAGGED_H

/* Manifests that are found by a tag, when there is one already. Between the files of the store. */
#include "pkg/store_index.h"

/*
 * What has to stand under the tag of an item so that no layer of what stands there is lost; with the
 * lock. *out: the text of a manifest that is in the store; empty: the item's own can stand.
 */
int store_tagged_merge(struct store *store, const struct oci_index *index,
		       const struct store_item *item, struct str *out, struct err *err) MUST_CHECK;

#endif
