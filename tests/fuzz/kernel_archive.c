// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "kernel/extract.h"

/* An archive: each of the kernels that it is said to have is in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = input_of((struct span){ (const char *)data, size }, "5.10.btf.tar");
	char **names = NULL;
	size_t n = 0;
	struct err err = { 0 };

	if (kernel_members(&input, &names, &n, &err) < 0) {
		if (err.code != EC_CORRUPT || names)
			abort();
		return 0;
	}
	for (size_t i = 0; i < n && i < 4; i++) {
		AUTO(extract) struct extract found = { 0 };

		if (kernel_extract_member(&input, names[i], &found, &err) < 0 &&
		    err.code != EC_CORRUPT && err.code != EC_UNSUPPORTED)
			abort();
	}
	kernel_members_free(names, n);
	return 0;
}
