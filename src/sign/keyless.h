// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_KEYLESS_H
#define EPM_SIGN_KEYLESS_H

/*
 * Keyless verification, offline: a signature by a key that a certificate was made for, which lived
 * for ten minutes. It is good when the certificate was, at the time that a transparency log or a
 * timestamp authority says.
 *
 * The checks in their order; an error begins with the name of the one that failed:
 *
 *	signature		exactly one, by the certificate's key
 *	inclusion promise	the log's signed entry timestamp (SET)
 *	inclusion proof		the entry is in the tree (RFC 9162)
 *	checkpoint		the log signed the tree
 *	log entry		it is about this signature, payload and certificate
 *	transparency log	there is an entry by a log of the root
 *	timestamp		RFC 3161, where it is needed
 *	signing time		a promise or a timestamp says when
 *	log key			it was valid then
 *	certificate chain	to an authority of the root, valid then
 *	certificate usage	it is for signing code
 *	certificate timestamp (SCT)	a log of certificates has seen it
 *	identity, issuer	one of the rules matches
 *
 * What the payload says (digest, predicate type) is left to the caller, who looks at it afterwards.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "sign/bundle.h"
#include "sign/identity.h"
#include "sign/trusted_root.h"

/* All zero is the strictest: nobody is believed. */
struct sign_keyless_policy {
	const struct sign_identity_rule *rules; /* one of them has to match */
	size_t n_rules;
	bool any_identity;	 /* no rules; the caller looks at the result's identity */
	bool without_tlog;	 /* an entry of a transparency log need not be there */
	bool without_sct;	 /* an SCT need not be there */
	bool accepts_timestamps; /* RFC 3161 says the time where no promise does */
	struct span message;	 /* what a bundle's messageSignature is over */
};

struct sign_keyless_result {
	struct sign_identity identity;
	int64_t time; /* of signing, seconds since 1970 */
	bool has_log_index;
	uint64_t log_index;
};

void sign_keyless_result_done(struct sign_keyless_result *result);
AUTO_STRUCT(sign_keyless_result, struct sign_keyless_result, sign_keyless_result_done);

/* UNTRUSTED, CORRUPT or UNSUPPORTED "CHECK: why", see above. *out stays as it is then. */
int sign_keyless_verify(const struct sign_bundle *bundle, const struct sign_trusted_root *root,
			const struct sign_keyless_policy *policy, struct sign_keyless_result *out,
			struct err *err) MUST_CHECK;

/*
 * The same of what cosign writes into annotations of a layer of simple signing, each a text as it
 * stands there; data NULL where it is not there.
 */
struct sign_legacy {
	struct span payload;	 /* the layer's bytes, which are what is signed */
	struct span signature;	 /* dev.cosignproject.cosign/signature: base64 */
	struct span certificate; /* dev.sigstore.cosign/certificate: PEM */
	struct span chain;	 /* dev.sigstore.cosign/chain: PEM */
	struct span bundle;	 /* dev.sigstore.cosign/bundle: JSON, the entry with its promise */
	struct span timestamp;	 /* dev.sigstore.cosign/rfc3161timestamp: JSON */
};

int sign_keyless_verify_legacy(const struct sign_legacy *legacy,
			       const struct sign_trusted_root *root,
			       const struct sign_keyless_policy *policy,
			       struct sign_keyless_result *out, struct err *err) MUST_CHECK;

/* They as a bundle whose message is the payload. A certificate need not be there: then has_key. */
int sign_legacy_read(const struct sign_legacy *legacy, struct sign_bundle *out,
		     struct err *err) MUST_CHECK;

#endif
