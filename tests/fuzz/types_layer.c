// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/limits.h"
#include "pkg/types_layer.h"

/* What is read can be written, and read again, with the same kernels. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(types_layer) struct types_layer *layer = NULL;
	AUTO(types_layer) struct types_layer *again = NULL;
	AUTO(str) struct str out = STR_MAX(LIMIT_TYPES_LAYER);
	struct types_place place = { "debian", "12", "x86_64", "6.1" };
	struct err err;

	if (types_layer_read((struct span){ (const char *)data, size }, "x", &layer, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	types_layer_find(layer, &place);
	if (types_layer_kernels(layer) > 100)
		return 0;
	if (types_layer_write(layer, &out, &err) < 0 ||
	    types_layer_read((struct span){ out.data, out.len }, "x", &again, &err) < 0 ||
	    types_layer_kernels(again) != types_layer_kernels(layer))
		abort();
	return 0;
}
