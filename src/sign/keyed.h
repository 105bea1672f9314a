// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_KEYED_H
#define EPM_SIGN_KEYED_H

/*
 * A bundle by a key that the person has, as "cosign sign --key" makes it, with or without an entry
 * of a transparency log. Errors begin with the check, as in sign/keyless.h.
 */
#include "sign/bundle.h"
#include "sign/key.h"
#include "sign/trusted_root.h"

struct sign_keyed_policy {
	const struct sign_trusted_root
		*root;	     /* an entry by one of its logs is wanted; NULL: none */
	struct span message; /* what a messageSignature is over */
};

struct sign_keyed_result {
	int64_t time; /* of the log, seconds since 1970; 0: nobody says */
	bool has_log_index;
	uint64_t log_index;
};

/*
 * Whatever the bundle says of its key (its hint) is not believed: it is by this key or it is not. A
 * bundle by a certificate is UNTRUSTED, even if the certificate is for this key.
 */
int sign_keyed_verify(const struct sign_bundle *bundle, const struct sign_key *key,
		      const struct sign_keyed_policy *policy, struct sign_keyed_result *out,
		      struct err *err) MUST_CHECK;

#endif
