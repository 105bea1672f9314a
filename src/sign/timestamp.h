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

/*
 * A TimeStampReq for the SHA-256 of the data, with a nonce and the wish for the authority's
 * certificate; DER, appended.
 */
int sign_timestamp_request(struct span data, struct str *out, struct err *err) MUST_CHECK;

/*
 * The response answers this request: a timestamp was granted, for the hash and with the nonce that
 * were asked for. UNTRUSTED or CORRUPT "timestamp: why". Who made it is for
 * sign_timestamp_verify().
 */
int sign_timestamp_answers(struct span response, struct span request, struct err *err) MUST_CHECK;

#endif
