// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/store_tagged.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
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

/* NULL: there is none that can be read. */
static struct oci_manifest *read_present(struct store *store, const struct oci_descriptor *entry)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);
	struct oci_manifest *manifest;
	struct err err;

	if (!entry || !oci_type_is_manifest(entry->media_type))
		return NULL;
	if (oci_layout_get(store->layout, &entry->digest, entry->size_bytes, &text, &err) == 0 &&
	    oci_manifest_parse((struct span){ str_text(&text), text.len }, entry->digest.text,
			       &manifest, &err) == 0)
		return manifest;
	log_warn("signatures that cannot be read are replaced: %s", err.text);
	return NULL;
}

int store_tagged_merge(struct store *store, const struct oci_index *index,
		       const struct store_item *item, struct str *out, struct err *err)
{
	AUTO(free) char *tag = oci_referrers_tag(item->subject, item->suffix);
	AUTO(oci_manifest) struct oci_manifest *present = read_present(store, find(index, tag));
	AUTO(oci_manifest) struct oci_manifest *own = NULL;
	AUTO(free) char *config = NULL;
	AUTO(free) char *merged = NULL;

	*out = (struct str)STR_MAX(LIMIT_MANIFEST);
	if (!present || !oci_type_is_manifest(item->media_type) || !oci_tagged_is_list(tag))
		return 0;
	if (oci_manifest_parse(item->manifest, tag, &own, err) < 0)
		return -1;
	if (!oci_tagged_merge(own, present)) /* it has all that is there */
		return 0;
	config = oci_tagged_config(own);
	merged = oci_manifest_dump(own);
	if (strlen(merged) > LIMIT_MANIFEST) {
		log_warn("%s: the signatures that were there are replaced, both are too many", tag);
		return 0;
	}
	str_adds(out, merged);
	return oci_layout_put(store->layout, &own->config.digest, config, strlen(config), err);
}
