// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_TIMESTAMP_H
#define EPM_SIGN_TIMESTAMP_H

/* Signed timestamps, RFC 3161, by the timestamp authorities of a trusted root. */
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "sign/trusted_root.h"

/*
 * response: DER of a TimeStampResp. data: what is stamped, which are the bytes of a signature.
 * *out_time: seconds since 1970. The authority's certificate has to be for timestamps only and good
 * at that time, and the root has to believe the authority then. UNTRUSTED or CORRUPT
 * "timestamp: why".
 */
int sign_timestamp_verify(struct span response, struct span data,
			  const struct sign_trusted_root *root, int64_t *out_time,
			  struct err *err) MUST_CHECK;

#endif
