// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "pkg/file_edit.h"
#include "pkg/settings.h"

/* What reads gives places for a name, the last of which is the name itself; any text is edited. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { (const char *)data, size };
	struct oci_reference reference = { .registry = "ghcr.io", .repository = "x/tool" };
	AUTO(settings_places) struct settings_places places = { 0 };
	AUTO(str) struct str edited = STR_MAX(LIMIT_SOURCE);
	AUTO(settings) struct settings settings;
	AUTO(json) json_t *rows = NULL;
	struct err err = { 0 };

	file_edit_text(text, "registry", "registry: a.b\n", &edited);
	settings_defaults(&settings);
	if (settings_parse(&settings, text, "s", SETTINGS_PERSON, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	rows = settings_rows(&settings);
	if (settings_places(&settings, &reference, &places, &err) < 0) {
		if (err.code != EC_USAGE)
			abort();
		return 0;
	}
	if (!places.n_items || places.items[places.n_items - 1].is_mirror ||
	    strcmp(places.items[places.n_items - 1].registry, "ghcr.io") != 0)
		abort();
	return 0;
}
