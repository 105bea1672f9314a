// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "pkg/verify_priv.h"
#include "sign/statement.h"

static void take(struct verify_trial *trial, const struct verify_signer *signer,
		 struct sign_jws_result *from)
{
	struct verify_result *result = trial->result;

	result->signer = signer;
	result->identity = STEAL(from->subject);
	result->time = from->signing_time;
	result->expiry = from->expiry;
	result->annotations = STEAL(from->annotations);
	memcpy(result->fingerprint, from->fingerprint, sizeof(result->fingerprint));
}

/* Which of the revoked, or of the others, made it; NULL: nobody, with the reasons noted. */
static const struct verify_signer *find_signer(struct verify_trial *trial, bool is_revoked,
					       struct sign_jws_result *out)
{
	const struct verify_question *question = trial->question;
	const struct signature *signature = trial->signature;
	struct span body = { str_text(&signature->body), signature->body.len };
	struct err err;

	for (size_t i = 0; i < question->n_signers; i++) {
		const struct verify_signer *signer = &question->signers[i];
		const struct sign_jws_policy policy = {
			.digest = question->digest.text,
			.media_type = question->media_type,
			.has_size = true,
			.size = question->size_bytes,
			.identities = signer->subjects,
			.n_identities = signer->n_subjects,
			.now = question->now,
		};

		if (signer->kind != VERIFY_NOTATION || signer->is_revoked != is_revoked)
			continue;
		if (sign_jws_verify(body, signer->store, &policy, out, &err) == 0)
			return signer;
		if (!is_revoked)
			verify_note(trial, verify_stage_of(&err), &err);
	}
	return NULL;
}

int verify_notation(struct verify_trial *trial)
{
	AUTO(sign_jws_result) struct sign_jws_result result = { 0 };
	const struct verify_signer *signer;

	trial->result->predicate_type = mem_text(SIGN_PREDICATE_SIGNATURE);
	if (strcmp(trial->signature->media_type, SIGNATURE_TYPE_JWS) != 0)
		return verify_refuse(trial, VERIFY_UNREADABLE, EC_UNSUPPORTED,
				     "signature envelope: it is COSE, which epm does not read; "
				     "'notation sign --signature-format jws' makes what it does");
	if (!verify_count(trial->question, VERIFY_NOTATION))
		return verify_refuse(trial, VERIFY_BY_ANOTHER, EC_UNTRUSTED,
				     "signature: it is notation's, and no trust store is believed");
	signer = find_signer(trial, true, &result);
	if (signer)
		return verify_is_revoked(trial, signer);
	signer = find_signer(trial, false, &result);
	if (!signer)
		return -1;
	if (verify_wants_signature(trial) < 0 || verify_annotations(trial, result.annotations) < 0)
		return -1;
	take(trial, signer, &result);
	return 0;
}
