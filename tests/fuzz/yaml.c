// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/yaml.h"

/* What reads as YAML is written and reads as the same value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_SOURCE);
	AUTO(json) json_t *value = NULL;
	AUTO(json) json_t *again = NULL;
	struct err err = { 0 };

	if (yaml_read((const char *)data, size, "y", &value, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	if (yaml_write(value, &text, &err) < 0)
		return 0;
	if (yaml_read(str_text(&text), text.len, "y", &again, &err) < 0 ||
	    !json_equal(value, again))
		abort();
	return 0;
}
