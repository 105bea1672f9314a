// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_REKOR_H
#define EPM_SIGN_REKOR_H

/*
 * What a transparency log is told and what it answers: Rekor's API, version 1 (its openapi.yaml),
 * with the types dsse 0.0.1 for an envelope and hashedrekord 0.0.1 for a message.
 */
#include "base/err.h"
#include "base/str.h"
#include "sign/bundle.h"

#define SIGN_REKOR_PATH "/api/v1/log/entries"

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

#endif
