// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_SIMPLE_SIGNING_H
#define EPM_SIGN_SIMPLE_SIGNING_H

/*
 * The payload of cosign's signatures before bundles ("simple signing", of containers/image): which
 * image is signed, and annotations. Its bytes are signed as they are.
 */
#include <jansson.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

/* Of a parsed one everything is borrowed from `document`; to write one, document is not needed. */
struct sign_simple {
	const char *digest;	/* "sha256:…", of the manifest; checked for its form */
	const char *reference;	/* what it was signed as, maybe empty; of no weight */
	const json_t *optional; /* annotations, an object; NULL: null */
	json_t *document;
};

/* CORRUPT: it is none, or it is not of cosign's type. */
int sign_simple_parse(struct span text, const char *what, struct sign_simple **out,
		      struct err *err) MUST_CHECK;
void sign_simple_free(struct sign_simple *simple);
AUTO_POINTER(sign_simple, struct sign_simple, sign_simple_free);

/* The bytes that cosign writes. The caller frees them. */
char *sign_simple_dump(const struct sign_simple *simple);

#endif
