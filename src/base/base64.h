// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_BASE64_H
#define EPM_BASE_BASE64_H

/* Base64 with the standard alphabet and padding, RFC 4648 section 4; and that for URLs. */
#include "base/err.h"
#include "base/str.h"

void base64_encode(const void *data, size_t size, struct str *out);

/* Strict: no blanks, no newlines, padding required, unused bits zero. CORRUPT otherwise. */
int base64_decode(struct span text, struct str *out, struct err *err) MUST_CHECK;

/* base64url without padding, as RFC 7515 section 2 has it; as strict. What is copied is wiped. */
int base64_decode_url(struct span text, struct str *out, struct err *err) MUST_CHECK;

#endif
