// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_DIGEST_H
#define EPM_OCI_DIGEST_H

/*
 * Digests: "sha256:" and 64 lower-case hex characters. image-spec 1.1 "Digests" allows other
 * algorithms; registries and layouts in the field have sha256 only, and so has epm.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define OCI_DIGEST_LENGTH 71 /* characters of the text */
#define OCI_DIGEST_SHORT 12  /* hex characters shown to a person */

struct oci_digest {
	char text[OCI_DIGEST_LENGTH + 1]; /* empty: none */
};

/* CORRUPT, with the text (escaped); another algorithm is named as not supported. */
int oci_digest_parse(const char *text, struct oci_digest *out, struct err *err) MUST_CHECK;

bool oci_digest_is_valid(const char *text);
const char *oci_digest_hex(const struct oci_digest *digest); /* what follows the colon */
bool oci_digest_equal(const struct oci_digest *a, const struct oci_digest *b);
void oci_digest_of(const void *data, size_t size, struct oci_digest *out);

#endif
