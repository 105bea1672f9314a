// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "btf/needs.h"

/* An object: its sections, relocations, and what it needs of a kernel. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(object) struct object *object = NULL;
	AUTO(needs) struct needs needs = { 0 };
	AUTO(json) json_t *json = NULL;
	struct err err = { 0 };

	if (object_open((struct span){ (const char *)data, size }, "x", &object, &err) < 0) {
		if (err.code != EC_CORRUPT && err.code != EC_UNSUPPORTED)
			abort();
		return 0;
	}
	for (uint32_t i = 0; i < object->n_sections && i < 64; i++) {
		AUTO(free) struct object_relocation *list = NULL;
		size_t n = 0;

		if (object_relocations(object, i, &list, &n, &err) < 0 && err.code != EC_CORRUPT)
			abort();
	}
	if (needs_find(object, "x", NULL, &needs, &err) == 0)
		json = needs_to_json(&needs);
	return 0;
}
