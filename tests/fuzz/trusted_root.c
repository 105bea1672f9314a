// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "sign/trusted_root.h"

/* trusted_root.json: whatever is read can be looked through. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	struct err err = { 0 };

	if (sign_trusted_root_parse((struct span){ (const char *)data, size }, &root, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	for (size_t i = 0; i < root.n_tlogs; i++)
		if (!sign_log_find(root.tlogs, root.n_tlogs, &root.tlogs[i].id, 0) ||
		    root.tlogs[i].valid.start < 0)
			abort();
	for (size_t i = 0; i < root.n_cas; i++)
		for (size_t k = 0; k < root.cas[i].n_certificates; k++)
			if (!root.cas[i].certificates[k].len)
				abort();
	return 0;
}
