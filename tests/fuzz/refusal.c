// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "run/refusal.h"

static void is_within(struct span part, const char *from, size_t size)
{
	if (part.len && (part.data < from || part.data + part.len > from + size))
		abort();
}

/* A verifier's log. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(free) char *copy = malloc(size + 1); /* its end is seen by ASan */
	struct refusal refusal;

	memcpy(copy, data, size);
	refusal_read((struct span){ copy, size }, NULL, &refusal);
	is_within(refusal.reason, copy, size);
	is_within(refusal.source, copy, size);
	is_within(refusal.known, copy, size);
	return 0;
}
