// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/compress.h"
#include "base/limits.h"
#include "kernel/kernel_priv.h"

/* Options: each line that is one is found again by its name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(str) struct str text = STR_MAX(LIMIT_KERNEL_OPTIONS), plain = STR_MAX(1 << 20);
	struct span bytes = { (const char *)data, size };
	struct err err = { 0 };

	if (gzip_unpack(bytes, "x", &plain, &err) < 0 && err.code != EC_CORRUPT)
		abort();
	str_add(&text, data, size);
	kernel_options_parse(&text, &kernel.options);
	for (size_t i = 0; i < kernel.options.n_lines; i++) {
		const char *line = kernel.options.lines[i];
		AUTO(free) char *name = strndup(line, strcspn(line, "="));

		if (!kernel_option(&kernel, name))
			abort();
	}
	return 0;
}
