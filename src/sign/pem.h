// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_PEM_H
#define EPM_SIGN_PEM_H

/*
 * PEM, RFC 7468: blocks of base64 between "-----BEGIN LABEL-----" and "-----END LABEL-----". What
 * stands outside of blocks is ignored, as there.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define SIGN_PEM_LABEL_MAX 64

struct sign_pem {
	char label[SIGN_PEM_LABEL_MAX + 1];
	struct str body; /* decoded; wiped by sign_pem_done() */
};

/*
 * The next block of *rest, which moves past it. has_one: there was one. CORRUPT for a block without
 * its end, bad base64, more than LIMIT_KEY bytes in one block; UNSUPPORTED for one with headers
 * (Proc-Type: what OpenSSL wrote before PKCS#8).
 */
int sign_pem_next(struct span *rest, const char *what, struct sign_pem *out, bool *has_one,
		  struct err *err) MUST_CHECK;
void sign_pem_done(struct sign_pem *pem);
AUTO_STRUCT(sign_pem, struct sign_pem, sign_pem_done);

/* Append a block, with lines of 64 characters. */
void sign_pem_write(const char *label, const void *data, size_t size, struct str *out);

#endif
