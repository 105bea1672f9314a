// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_SIGNATURE_H
#define EPM_SIGN_SIGNATURE_H

/*
 * Signatures over bytes. Those of ECDSA are in DER, as everywhere but in JOSE.
 */
#include "base/err.h"
#include "base/str.h"
#include "sign/key.h"

/* How bytes are signed, where a format says so. JOSE: ES256, PS256 and so on. */
enum sign_scheme {
	SIGN_BY_KEY, /* see below */
	SIGN_ECDSA_SHA256,
	SIGN_ECDSA_SHA384,
	SIGN_ECDSA_SHA512,
	SIGN_RSA_PKCS1_SHA256,
	SIGN_RSA_PKCS1_SHA384,
	SIGN_RSA_PKCS1_SHA512,
	SIGN_RSA_PSS_SHA256, /* the salt as long as the hash */
	SIGN_RSA_PSS_SHA384,
	SIGN_RSA_PSS_SHA512,
	SIGN_EDDSA, /* pure */
};

/*
 * Sign with a private key. Appended to out. USAGE for a public key or a scheme that is not for it.
 *
 * SIGN_BY_KEY is what "cosign sign" does: ECDSA with the hash of the curve's size (SHA-256, -384,
 * -512), RSA as PKCS#1 v1.5 with SHA-256; Ed25519 is pure here. "cosign verify" takes them as they
 * are, but for P-384 and P-521 only with --signature-digest-algorithm; SIGN_ECDSA_SHA256 without.
 */
int sign_make(const struct sign_key *key, enum sign_scheme scheme, struct span data,
	      struct str *out, struct err *err) MUST_CHECK;

/*
 * UNTRUSTED when it is not a signature of these bytes by this key, also for what is no signature at
 * all, and for a scheme that does not belong to the type of the key.
 *
 * SIGN_BY_KEY: as sign_make(), and all else that cosign makes or takes: on P-384 and P-521 SHA-256,
 * with Ed25519 also the prehashed form ("Ed25519ph"), for which libsodium is loaded.
 */
int sign_verify(const struct sign_key *key, enum sign_scheme scheme, struct span data,
		struct span signature, struct err *err) MUST_CHECK;

/*
 * r and s of JOSE (RFC 7518 section 3.4), each as long as the curve's order, as DER. CORRUPT for any
 * other length.
 */
int sign_ecdsa_from_raw(const struct sign_key *key, struct span raw, struct str *out,
			struct err *err) MUST_CHECK;

#endif
