// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/store_tagged.h"

#include "oci/referrers.h"
#include "oci/tagged.h"

static const struct oci_descriptor *find(const struct oci_index *index, const char *tag)
{
	for (size_t i = 0; i < index->n_manifests; i++) {
		const char *own = store_entry_tag(&index->manifests[i]);

		if (own && !strcmp(own, tag))
			return &index->manifests[i];
	}
	return NULL;
}

int store_tagged_merge(struct store *store, const struct oci_index *index,
		       const struct store_item *item, struct str *out, struct err *err)
{
	AUTO(free) char *tag = oci_referrers_tag(item->subject, item->suffix);
	const struct oci_descriptor *present = find(index, tag);

	*out = (struct str)STR_MAX(0);
	if (!present || !oci_type_is_manifest(item->media_type))
		return 0;
	return oci_tagged_join(store->layout, present, item->manifest, out, err);
}
