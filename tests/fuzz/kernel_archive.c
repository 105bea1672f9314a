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
	int rc = kernel_members(&input, &names, &n, &err);

	for (size_t i = 0; i < n; i++) {
		AUTO(extract) struct extract found = { 0 };

		if (i < 4 && kernel_extract_member(&input, names[i], &found, &err) < 0 &&
		    err.code == EC_NOT_FOUND && rc == 0)
			abort();
		free(names[i]);
	}
	free(names);
	if (rc < 0 && err.code != EC_CORRUPT)
		abort();
	return 0;
}
