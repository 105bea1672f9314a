// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/limits.h"
#include "pkg/envelope.h"

/* package.json and package.yaml: read, or refused as corrupt. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(str) struct str unknown = STR_MAX(LIMIT_TEXT);
	AUTO(package) struct package *package = NULL;
	struct err err = { 0 };

	if (envelope_read((struct span){ (const char *)data, size }, "p", &package, &unknown,
			  &err) < 0) {
		if (err.code != EC_CORRUPT || !err.text[0])
			abort();
		return 0;
	}
	if (!package->config || !package->name || package->object.len < 4)
		abort();
	return 0;
}
