// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_TOKEN_CACHE_H
#define EPM_OCI_TOKEN_CACHE_H

/*
 * Tokens kept until they expire, so that a command that follows another need not be refused first
 * and ask for one. A file for each registry, scope and user, mode 0600 in a folder of 0700. Also
 * kept is that a registry wants Basic: then its first request has the password already. Nothing
 * here is needed: what cannot be read is as good as absent, what cannot be written is not kept.
 */
#include <stdbool.h>
#include <stdint.h>

#include "oci/auth.h"

struct oci_token_key {
	const char *folder; /* NULL: nothing is kept */
	const char *host;
	const char *scopes;
	const char *user; /* "" for nobody */
};

struct oci_kept {
	enum oci_scheme scheme; /* NONE: nothing is kept */
	struct oci_token token; /* of Bearer */
};

void oci_kept_get(const struct oci_token_key *key, int64_t now, struct oci_kept *out);
void oci_kept_done(struct oci_kept *kept);
AUTO_STRUCT(oci_kept, struct oci_kept, oci_kept_done);
void oci_kept_put(const struct oci_token_key *key, enum oci_scheme scheme,
		  const struct oci_token *token);

/* All of a registry, for login and logout. */
void oci_kept_forget(const char *folder, const char *host);

#endif
