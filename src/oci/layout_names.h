// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_LAYOUT_NAMES_H
#define EPM_OCI_LAYOUT_NAMES_H

/*
 * Names in a layout as other tools keep them: org.opencontainers.image.ref.name of an entry of
 * index.json, and nothing else. How the store keeps its names is pkg/store.h's.
 */
#include "oci/layout.h"
#include "oci/manifest.h"

/* NOT_FOUND where there is no index; CORRUPT. */
int oci_layout_index(struct oci_layout *layout, struct oci_index **out, struct err *err) MUST_CHECK;

/*
 * The entry with this name, or digest; with NULL the only one that is no referrer. NOT_FOUND with
 * those there are in the hint; USAGE when several could be meant. Borrowed from the index.
 */
int oci_layout_find(const struct oci_index *index, const char *name,
		    const struct oci_descriptor **out, struct err *err) MUST_CHECK;

/*
 * Put an entry into an index: under a name, which no other entry has then, or without (NULL), unless
 * it is there by its digest already. The descriptor is copied.
 */
void oci_layout_add_name(struct oci_index *index, const struct oci_descriptor *descriptor,
			 const char *name);

#endif
