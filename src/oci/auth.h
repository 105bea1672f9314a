// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_AUTH_H
#define EPM_OCI_AUTH_H

/*
 * The texts of authentication with a registry: challenges (RFC 9110 section 11, distribution's
 * "Token Authentication Specification"), the request for a token, its answer. Nothing here talks to
 * anybody; oci/client.h does.
 */
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

enum oci_scheme { OCI_SCHEME_NONE, OCI_SCHEME_BASIC, OCI_SCHEME_BEARER };

struct oci_challenge {
	enum oci_scheme scheme;
	char *realm;   /* of Bearer: where tokens are given; of Basic: for the eye */
	char *service; /* or NULL */
	char *scope;   /* or NULL; several are separated by blanks */
};

/*
 * The best of the challenges in a WWW-Authenticate (Bearer before Basic). UNSUPPORTED, naming them,
 * when it is neither; CORRUPT when it cannot be read or Bearer has no realm.
 */
int oci_challenge_parse(const char *text, struct oci_challenge *out, struct err *err) MUST_CHECK;
void oci_challenge_done(struct oci_challenge *challenge);
AUTO_STRUCT(oci_challenge, struct oci_challenge, oci_challenge_done);

/* The address to GET a token from. scopes: separated by blanks, each its parameter. Caller frees. */
char *oci_token_url(const struct oci_challenge *challenge, const char *scopes);

/* The form to POST for a token in exchange for an identity token (OAuth 2). The caller frees it. */
char *oci_token_form(const struct oci_challenge *challenge, const char *scopes,
		     const char *identity_token);

struct oci_token {
	char *text;
	int64_t expires; /* seconds since 1970 */
};

/* now: seconds since 1970. CORRUPT when there is no token in it, or one that no header can hold. */
int oci_token_parse(struct span answer, int64_t now, struct oci_token *out,
		    struct err *err) MUST_CHECK;
void oci_token_done(struct oci_token *token);
AUTO_STRUCT(oci_token, struct oci_token, oci_token_done);

/* "Basic dXNlcjpwYXNz". The caller wipes and frees it. */
char *oci_basic(const char *user, const char *secret);

#endif
