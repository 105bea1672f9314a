// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_VERIFY_PRIV_H
#define EPM_PKG_VERIFY_PRIV_H

/* What the files of verification share. Not for others. */
#include "pkg/verify.h"
#include "sign/bundle.h"

/* One signature on trial. */
struct verify_trial {
	const struct verify_question *question;
	const struct signature *signature;
	struct verify_result *result;
};

/*
 * Note why somebody did not sign it; the error of the furthest stage is kept, of those of one stage
 * the first. -1 always.
 */
int verify_note(struct verify_trial *trial, enum verify_stage stage, const struct err *err);
int verify_refuse(struct verify_trial *trial, enum verify_stage stage, enum err_code code,
		  const char *fmt, ...) PRINTF(4, 5);

/* The stage that an error of sign/ belongs to, by the check it names. */
enum verify_stage verify_stage_of(const struct err *err);

/* The signer is not believed any more. -1 always. */
int verify_is_revoked(struct verify_trial *trial, const struct verify_signer *signer);

/* How many of a kind are believed or revoked. */
size_t verify_count(const struct verify_question *question, enum verify_kind kind);

/*
 * The signature is by somebody of the question, who is put into the result; -1: by nobody, with the
 * reason noted. message: what it is over where there is no envelope.
 */
int verify_signers(struct verify_trial *trial, const struct sign_bundle *bundle,
		   struct span message) MUST_CHECK;

/* Each form; the result takes what came of it. -1: it is not good. */
int verify_bundle(struct verify_trial *trial) MUST_CHECK;
int verify_simple(struct verify_trial *trial) MUST_CHECK;
int verify_envelope(struct verify_trial *trial) MUST_CHECK;
int verify_notation(struct verify_trial *trial) MUST_CHECK;

/* What was asked for is a plain signature, which this is. */
int verify_wants_signature(struct verify_trial *trial) MUST_CHECK;

/* The signed annotations (an object or NULL) have those that are asked for. */
int verify_annotations(struct verify_trial *trial, const json_t *annotations) MUST_CHECK;

#endif
