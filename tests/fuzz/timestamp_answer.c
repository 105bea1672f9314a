// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "sign/timestamp.h"

/* clang-format off */
static const char query[] =
	"\x30\x43\x02\x01\x01\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65"
	"\x03\x04\x02\x01\x05\x00\x04\x20\xe5\x37\xdd\xe6\x11\x1f\x72\xcb"
	"\x8a\xdf\x32\xba\x7b\x16\x66\xe4\xf1\xd4\xa1\xdc\x58\x95\xc8\xdb"
	"\x3b\x3e\xcb\x11\xad\xce\x58\x04\x02\x08\x5b\x4f\xfa\xab\xbe\x00"
	"\xe5\xc1\x01\x01\xff";
/* clang-format on */

/* What a timestamp authority answers; the query is that of the answer in the corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };

	if (sign_timestamp_answers((struct span){ (const char *)data, size },
				   (struct span){ query, sizeof(query) - 1 }, &err) < 0 &&
	    err.code != EC_CORRUPT && err.code != EC_UNTRUSTED)
		abort();
	return 0;
}
