// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/limits.h"
#include "pkg/envelope.h"

/* A configuration as JSON or YAML; what parses is dumped, parses again and dumps to the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(str) struct str unknown = STR_MAX(LIMIT_TEXT);
	AUTO(config) struct config *config = NULL;
	AUTO(config) struct config *again = NULL;
	AUTO(json) json_t *first = NULL;
	AUTO(json) json_t *second = NULL;
	struct err err = { 0 };

	if (envelope_read_config((struct span){ (const char *)data, size }, "c", &config, &unknown,
				 &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	first = config_dump(config);
	if (config_parse(first, "c", &again, NULL, &err) < 0)
		abort();
	second = config_dump(again);
	if (!json_equal(first, second))
		abort();
	return 0;
}
