// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/limits.h"
#include "sign/signing_config.h"

static void choose(const struct sign_services *services)
{
	const struct sign_choice choice = { "service", 2, 1795309350 };
	const struct sign_service *chosen[LIMIT_SERVICES_USED];
	struct err err = { 0 };
	size_t n = 0;

	if (sign_services_select(services, &choice, chosen, &n, &err) < 0) {
		if (err.code != EC_UNSUPPORTED && err.code != EC_CORRUPT)
			abort();
		return;
	}
	if (n > LIMIT_SERVICES_USED || n > services->n_items)
		abort();
	for (size_t i = 0; i < n; i++)
		if (!text_starts(chosen[i]->url, "http"))
			abort();
}

/* signing_config.json */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(sign_signing_config) struct sign_signing_config config = { 0 };
	struct err err = { 0 };

	if (sign_signing_config_parse((struct span){ (const char *)data, size }, &config, &err) <
	    0) {
		if (err.code != EC_CORRUPT && err.code != EC_UNSUPPORTED)
			abort();
		return 0;
	}
	choose(&config.cas);
	choose(&config.tlogs);
	choose(&config.tsas);
	return 0;
}
