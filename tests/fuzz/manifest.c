// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/str.h"
#include "oci/manifest.h"

/* What parses is dumped, and the dump parses. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = NULL;
	AUTO(oci_manifest) struct oci_manifest *again = NULL;
	AUTO(free) char *text = NULL;
	struct err err = { 0 };

	if (oci_manifest_parse((struct span){ (const char *)data, size }, "m", &manifest, &err) <
	    0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	text = oci_manifest_dump(manifest);
	if (oci_manifest_parse(span_of(text), "m", &again, &err) < 0 ||
	    again->n_layers != manifest->n_layers)
		abort();
	return 0;
}
