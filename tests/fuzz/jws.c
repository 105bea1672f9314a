// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "sign/jws.h"

/* An envelope of notation: an empty store believes nobody. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const anybody = "*";
	AUTO(sign_trust_store) struct sign_trust_store *store = sign_trust_store_new();
	const struct sign_jws_policy policy = {
		.digest = "sha256:00",
		.identities = &anybody,
		.n_identities = 1,
		.now = 1795309600,
		.believes_signing_time = true,
	};
	struct sign_jws_result result = { 0 };
	struct err err = { 0 };

	if (sign_jws_verify((struct span){ (const char *)data, size }, store, &policy, &result,
			    &err) == 0 ||
	    !err.code)
		abort();
	return 0;
}
