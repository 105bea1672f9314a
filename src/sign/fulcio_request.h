// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_FULCIO_REQUEST_H
#define EPM_SIGN_FULCIO_REQUEST_H

/*
 * What Fulcio is asked for a certificate with and what it answers: CreateSigningCertificate of its
 * API, version 2 (fulcio.proto), as JSON. The identity token is no part of it: it goes into the
 * request's Authorization.
 */
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "sign/identity.h"
#include "sign/key.h"

#define SIGN_FULCIO_PATH "/api/v2/signingCert"

/*
 * The request for a certificate for this private key of ECDSA's. name: of the token (sign/token.h), which the
 * key signs to prove that it is there. The caller frees *out.
 */
int sign_fulcio_request(const struct sign_key *key, const char *name, char **out,
			struct err *err) MUST_CHECK;

struct sign_issued {
	struct str *certificates; /* DER, the leaf first */
	size_t n_certificates;
	int64_t expires;	       /* of the leaf, seconds since 1970 */
	struct sign_identity identity; /* of the leaf; not verified yet */
};

/*
 * The answer, which has to be for this key. CORRUPT: it is none; UNTRUSTED: the certificate is for
 * another key, or for nobody; UNSUPPORTED: what says that a log of certificates has seen it (SCT) comes apart from
 * the certificate, where no bundle can hold it.
 */
int sign_fulcio_answer(struct span text, const struct sign_key *key, struct sign_issued *out,
		       struct err *err) MUST_CHECK;
void sign_issued_done(struct sign_issued *issued);
AUTO_STRUCT(sign_issued, struct sign_issued, sign_issued_done);

/* Certificates in PEM, appended. */
void sign_certificates_pem(const struct str *ders, size_t n, struct str *out);

#endif
