// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_SIGNER_H
#define EPM_PKG_SIGNER_H

/*
 * Who signs: a key (signer_of_key()), or an identity with a certificate for ten minutes. Given the
 * bytes that are to be signed it makes what cosign would make of them; what those bytes say, which
 * manifest takes the result and where that goes is left to pkg/signing.h.
 *
 * One command may sign many times (an image index and each of its children): what costs a request
 * and holds for all of them is done at the first and kept in ctx.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "pkg/signatures.h"
#include "sign/key.h"
#include "sign/signature.h"

/* Annotations of layers in cosign's older forms; what a signer sets there. */
#define SIGNER_SIGNATURE "dev.cosignproject.cosign/signature"	/* base64; "" with an envelope */
#define SIGNER_CERTIFICATE "dev.sigstore.cosign/certificate"	/* PEM; as are the next: optional */
#define SIGNER_CHAIN "dev.sigstore.cosign/chain"		/* PEM, the issuer first */
#define SIGNER_ENTRY "dev.sigstore.cosign/bundle"		/* the log's entry as JSON */
#define SIGNER_TIMESTAMP "dev.sigstore.cosign/rfc3161timestamp" /* {"SignedRFC3161Timestamp":…} */

struct signer {
	const char *name; /* for people: "epm.key", "dev@example.org"; borrowed from ctx */

	/*
	 * A sigstore bundle v0.3 around a DSSE envelope of the payload, appended to out as the
	 * compact JSON that cosign writes. payload_type: SIGN_PAYLOAD_IN_TOTO.
	 */
	int (*sign_statement)(void *ctx, const char *payload_type, struct span payload,
			      struct str *out, struct err *err);

	/* The annotations of the layer that the payload becomes, set in an object. */
	int (*sign_simple)(void *ctx, struct span payload, json_t *annotations, struct err *err);

	/* A layer under sha256-HEX.att: the envelope as JSON, appended, and its annotations. */
	int (*sign_envelope)(void *ctx, const char *payload_type, struct span payload,
			     struct str *out, json_t *annotations, struct err *err);

	/*
	 * Whether a signature that is there is this signer's and good: its bytes are verified. What
	 * it says has been compared already. Who says yes is not asked to sign the same once more.
	 * NULL: it cannot be told, so that signing twice leaves two signatures.
	 */
	bool (*has_made)(void *ctx, const struct signature *signature);

	void *ctx;
};

/*
 * A private key, borrowed as is name: USAGE for a public one. ECDSA goes with SHA-256 on all curves,
 * Ed25519 is pure, RSA is PKCS#1 v1.5 with SHA-256: what "cosign verify --key" takes without flags.
 */
int signer_of_key(const struct sign_key *key, const char *name, struct signer *out,
		  struct err *err) MUST_CHECK;

/* How keys sign here, see signer_of_key(). */
enum sign_scheme signer_scheme(const struct sign_key *key);

#endif
