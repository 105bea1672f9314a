// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_IDENTITY_H
#define EPM_SIGN_IDENTITY_H

/*
 * Whom a certificate of sigstore is for, and who vouched for that: Fulcio's "Certificate
 * Specification" and "Sigstore OID information".
 */
#include <stdbool.h>

#include "base/auto.h"
#include "base/err.h"

#define SIGN_NAME_MAX 4096 /* bytes of a name or an issuer */

struct sign_identity {
	char *name;   /* subject alternative name: an address of mail, a URI, a name of Fulcio's */
	char *issuer; /* of the token: https://token.actions.githubusercontent.com; or NULL */
};

void sign_identity_done(struct sign_identity *identity);
AUTO_STRUCT(sign_identity, struct sign_identity, sign_identity_done);

/*
 * Whom to believe. A pattern is a POSIX extended regular expression that has to match the whole
 * name; cosign's regular expressions need not, so ".*" may have to stand at their ends. NULL: any.
 */
struct sign_identity_rule {
	const char *name;
	bool name_is_pattern;
	const char *issuer;
	bool issuer_is_pattern;
};

/*
 * A pattern can be used: USAGE where it is no regular expression, is longer than
 * SIGN_PATTERN_MAX, has back references or escaped letters (\1, \d: these are not POSIX), or counts
 * ({m,n}) that multiply to more than 1000.
 */
#define SIGN_PATTERN_MAX 1024
int sign_pattern_check(const char *pattern, struct err *err) MUST_CHECK;

/* UNTRUSTED "identity: …" or "issuer: …" naming both sides; USAGE for a bad pattern. */
int sign_identity_match(const struct sign_identity *identity, const struct sign_identity_rule *rule,
			struct err *err) MUST_CHECK;

#endif
