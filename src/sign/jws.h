// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_JWS_H
#define EPM_SIGN_JWS_H

/*
 * Signatures of notation in a JWS envelope (notaryproject specifications 1.1: "Notary Project
 * Signature Specification", "JWS Signature Envelope"; RFC 7515, 7518), by certificates of a trust
 * store. COSE envelopes are not read.
 *
 * An error begins with the check that failed: "signature envelope" (its form), "critical header",
 * "algorithm", "signature", "certificate chain", "certificate usage", "signing time", "expiry",
 * "target" (another artifact), "identity".
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "sign/key.h"

/* The certificates that are believed, as "notation cert add" takes them. */
struct sign_trust_store;

struct sign_trust_store *sign_trust_store_new(void);

/* One file: certificates in PEM, or one in DER. CORRUPT "what: …"; the store stays usable. */
int sign_trust_store_add(struct sign_trust_store *store, struct span file, const char *what,
			 struct err *err) MUST_CHECK;
void sign_trust_store_free(struct sign_trust_store *store);
AUTO_POINTER(sign_trust_store, struct sign_trust_store, sign_trust_store_free);

struct sign_jws_policy {
	const char *digest;	/* "sha256:…" of what has to be signed */
	const char *media_type; /* of it; NULL: not looked at */
	bool has_size;
	uint64_t size; /* of it */

	/*
	 * "x509.subject: C=US, ST=WA, O=acme": each of these is in the certificate's subject, which
	 * may have more; "*": anybody the store vouches for. One of the list has to match.
	 */
	const char *const *identities;
	size_t n_identities;

	int64_t now; /* seconds since 1970: nothing may have expired, the certificates neither */
	/* The certificates are judged by the time the signer claims, so that they may have expired. */
	bool believes_signing_time;
};

struct sign_jws_result {
	char *subject;				       /* of the certificate, RFC 2253 */
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1]; /* of its key */
	int64_t signing_time;
	int64_t expiry;	     /* 0: none */
	json_t *annotations; /* of the target, an object of texts; NULL: none */
};

void sign_jws_result_done(struct sign_jws_result *result);
AUTO_STRUCT(sign_jws_result, struct sign_jws_result, sign_jws_result_done);

/*
 * UNTRUSTED or CORRUPT "CHECK: why"; UNSUPPORTED for a signing scheme that is not notary.x509, or a
 * critical header that is not known; USAGE for an identity of the policy that cannot be read. *out
 * stays as it is then.
 */
int sign_jws_verify(struct span text, const struct sign_trust_store *store,
		    const struct sign_jws_policy *policy, struct sign_jws_result *out,
		    struct err *err) MUST_CHECK;

/* An identity of a policy can be used; USAGE. */
int sign_jws_identity_check(const char *identity, struct err *err) MUST_CHECK;

#endif
