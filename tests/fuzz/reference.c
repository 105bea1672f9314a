// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "oci/reference.h"

/* What parses prints as it was typed, and parses again to the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(free) char *text = mem_textn((const char *)data, size);
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	AUTO(free) char *again = NULL;
	struct err err = { 0 };

	if (oci_reference_parse(text, &reference, &err) < 0) {
		if (err.code != EC_USAGE)
			abort();
		return 0;
	}
	again = oci_reference_text(&reference);
	if (strcmp(text, again) != 0)
		abort();
	return 0;
}
