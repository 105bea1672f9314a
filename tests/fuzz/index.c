// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/str.h"
#include "oci/manifest.h"
#include "pkg/store_index.h"

/* An index.json: parsed, listed, its aliases taken out; no name stands twice in the listing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	AUTO(store_list) struct store_list list = { 0 };
	struct err err = { 0 };

	if (oci_index_parse((struct span){ (const char *)data, size }, "i", &index, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	store_index_drop_aliases(index);
	store_index_list(index, &list);
	if (list.n_entries > index->n_manifests)
		abort();
	for (size_t i = 1; i < list.n_entries; i++)
		if (list.entries[i].name && !strcmp(list.entries[i].name, list.entries[i - 1].name))
			abort();
	return 0;
}
