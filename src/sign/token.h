// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_TOKEN_H
#define EPM_SIGN_TOKEN_H

/*
 * Identity tokens: JWTs of OpenID Connect (RFC 7519) that a certificate authority takes for proof of
 * who signs. Only what they claim is read, so that a request can be made and a useless one is not;
 * whether they are genuine is for the authority to find out.
 *
 * A token is a secret: whoever has it signs in the name of its subject until it expires. No message
 * shows any of it but issuer, subject and audience, which the certificate and the log make public.
 */
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

struct sign_token {
	char *issuer;
	char *name;	 /* whom it is for: "email" where there is one, else "sub" */
	char *audience;	 /* the first; NULL: it does not say */
	int64_t expires; /* seconds since 1970 */
};

/*
 * The text is the token with nothing around it; it holds no characters that a header cannot (what
 * is wrong with it is said without showing it). CORRUPT: it is no token, or claims not what it must;
 * DENIED: it expired before now (seconds since 1970), or its address of mail is not verified, which
 * no authority of sigstore's takes.
 */
int sign_token_read(struct span text, int64_t now, struct sign_token *out,
		    struct err *err) MUST_CHECK;
void sign_token_done(struct sign_token *token);
AUTO_STRUCT(sign_token, struct sign_token, sign_token_done);

#endif
