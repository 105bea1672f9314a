// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_REKOR_H
#define EPM_SIGN_REKOR_H

/*
 * What a transparency log is told and what it answers: Rekor's API, version 1 (its openapi.yaml),
 * with the types dsse 0.0.1 for an envelope and hashedrekord 0.0.1 for a message; and version 2
 * (rekor/v2 of protobuf-specs) with hashedrekord 0.0.2 for both, over the PAE of an envelope: cosign
 * 3.1 does it so and takes no dsse 0.0.2; @sigstore/verify 3.1 takes only that. Entries of version 2
 * have no time.
 */
#include "base/err.h"
#include "base/str.h"
#include "sign/bundle.h"
#include "sign/key.h"

#define SIGN_REKOR_PATH "/api/v1/log/entries"
#define SIGN_REKOR2_PATH "/api/v2/log/entries"

/*
 * The proposal for what the bundle holds. message: what its messageSignature is over. signer: the
 * certificate or the public key in PEM. The caller frees it.
 */
char *sign_rekor_proposal(const struct sign_bundle *bundle, struct span message,
			  struct span signer);

/*
 * The entry that the log made, with its kind and version. CORRUPT "answer….: why".
 * Nothing is verified: see sign/tlog.h.
 */
int sign_rekor_answer(struct span text, struct sign_tlog_entry *out, struct err *err) MUST_CHECK;

/*
 * The same of version 2. certificate: DER; data NULL: the key alone signs. key: that signs, be it of
 * the certificate. UNSUPPORTED for Ed25519, and for RSA of another size than 2048, 3072
 * and 4096 bits. The caller frees *out.
 */
int sign_rekor2_proposal(const struct sign_bundle *bundle, struct span message,
			 struct span certificate, const struct sign_key *key, char **out,
			 struct err *err) MUST_CHECK;
int sign_rekor2_answer(struct span text, struct sign_tlog_entry *out, struct err *err) MUST_CHECK;

#endif
