// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "sign/simple_signing.h"

/* What parses is written, and what was written parses to the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(sign_simple) struct sign_simple *simple = NULL;
	AUTO(sign_simple) struct sign_simple *again = NULL;
	AUTO(free) char *dump = NULL;
	struct err err = { 0 };

	if (sign_simple_parse((struct span){ (const char *)data, size }, "x", &simple, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	dump = sign_simple_dump(simple);
	if (sign_simple_parse(span_of(dump), "x", &again, &err) < 0 ||
	    strcmp(again->digest, simple->digest) != 0 ||
	    strcmp(again->reference, simple->reference) != 0)
		abort();
	return 0;
}
