// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/limits.h"
#include "kernel/image.h"

/* A kernel's file or a module: BTF comes out of it, or it is said why not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = input_of((struct span){ (const char *)data, size }, "x");
	AUTO(extract) struct extract found = { 0 };
	AUTO(str) struct str module = STR_MAX(LIMIT_KERNEL_BTF);
	enum content content, inner;
	struct err err = { 0 };

	if (content_look(&input, &content, &inner, &err) < 0)
		abort();
	if (kernel_extract(&input, &found, &err) < 0 && err.code != EC_CORRUPT &&
	    err.code != EC_UNSUPPORTED)
		abort();
	if (found.facts.release && !found.facts.release[0])
		abort();
	if (kernel_extract_module(&input, &module, &err) < 0 && err.code != EC_CORRUPT &&
	    err.code != EC_UNSUPPORTED)
		abort();
	free(kernel_module_release(&input));
	free(image_release(&input));
	return 0;
}
