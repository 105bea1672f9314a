// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/base64.h"
#include "base/hash.h"
#include "pkg/verify_priv.h"
#include "sign/keyed.h"
#include "sign/keyless.h"

/* What the bundle says of its key, for a person only. */
static void claim_fingerprint(struct verify_result *result, const char *hint)
{
	AUTO(str) struct str bytes = STR_MAX(HASH_SIZE);
	char hex[HASH_HEX + 1];
	struct err none;

	if (!hint || base64_decode(span_of(hint), &bytes, &none) < 0 || bytes.len != HASH_SIZE ||
	    bytes.is_full)
		return;
	hex_encode((const uint8_t *)bytes.data, bytes.len, hex);
	snprintf(result->fingerprint, sizeof(result->fingerprint), "sha256:%s", hex);
}

static int by_no_key(struct verify_trial *trial, const struct verify_question *question)
{
	const char *claimed = trial->result->fingerprint;
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1];

	if (!*claimed)
		return verify_refuse(trial, VERIFY_BY_ANOTHER, EC_UNTRUSTED,
				     "signature: it is by none of the keys that are believed");
	for (size_t i = 0; i < question->n_signers; i++) {
		const struct verify_signer *signer = &question->signers[i];

		if (signer->kind != VERIFY_KEY)
			continue;
		sign_key_fingerprint(signer->key, fingerprint);
		if (!strcmp(claimed, fingerprint))
			return verify_refuse(trial, VERIFY_BY_ANOTHER, EC_UNTRUSTED,
					     "signature: it says it is by %s, but that key did not "
					     "sign these bytes",
					     signer->name);
	}
	return verify_refuse(trial, VERIFY_BY_ANOTHER, EC_UNTRUSTED,
			     "signature: it is by another key (%s)", claimed);
}

/* The log is asked where it is wanted; where it is not, for the time only. */
static int look_at_log(struct verify_trial *trial, const struct sign_bundle *bundle,
		       const struct sign_key *key, struct span message)
{
	const struct verify_question *question = trial->question;
	struct sign_keyed_policy policy = { .root = question->root, .message = message };
	struct sign_keyed_result result = { 0 };
	struct err err;

	if (question->wants_log && !question->root)
		return verify_refuse(trial, VERIFY_UNPROVED, EC_UNTRUSTED,
				     "transparency log: there is no trusted root to check it by");
	if (!question->root || (!question->wants_log && !bundle->n_entries))
		return 0;
	if (sign_keyed_verify(bundle, key, &policy, &result, &err) < 0)
		return question->wants_log ? verify_note(trial, VERIFY_UNPROVED, &err) : 0;
	trial->result->time = result.time;
	trial->result->has_log_index = result.has_log_index;
	trial->result->log_index = result.log_index;
	return 0;
}

/* Which of the revoked, or of the others, made it. 1: signer does; 0: nobody; -1: it is malformed */
static int find_key(struct verify_trial *trial, const struct sign_bundle *bundle,
		    struct span message, bool is_revoked, const struct verify_signer **out)
{
	const struct verify_question *question = trial->question;
	struct sign_keyed_policy policy = { .message = message };
	struct sign_keyed_result result;
	struct err err;

	for (size_t i = 0; i < question->n_signers; i++) {
		const struct verify_signer *signer = &question->signers[i];

		if (signer->kind != VERIFY_KEY || signer->is_revoked != is_revoked)
			continue;
		if (sign_keyed_verify(bundle, signer->key, &policy, &result, &err) == 0) {
			*out = signer;
			return 1;
		}
		if (err.code != EC_UNTRUSTED)
			return verify_note(trial, verify_stage_of(&err), &err);
	}
	return 0;
}

static int by_key(struct verify_trial *trial, const struct sign_bundle *bundle, struct span message)
{
	const struct verify_question *question = trial->question;
	const struct verify_signer *signer = NULL;
	int rc;

	claim_fingerprint(trial->result, bundle->hint);
	if (!verify_count(question, VERIFY_KEY))
		return verify_refuse(trial, VERIFY_BY_ANOTHER, EC_UNTRUSTED,
				     "signature: it is by a key, and no key is believed");
	rc = find_key(trial, bundle, message, true, &signer);
	if (rc > 0)
		return verify_is_revoked(trial, signer);
	if (rc == 0)
		rc = find_key(trial, bundle, message, false, &signer);
	if (rc < 0)
		return -1;
	if (!signer)
		return by_no_key(trial, question);
	if (look_at_log(trial, bundle, signer->key, message) < 0)
		return -1;
	sign_key_fingerprint(signer->key, trial->result->fingerprint);
	trial->result->signer = signer;
	return 0;
}

static const struct verify_signer *find_identity(struct verify_trial *trial,
						 const struct sign_identity *identity,
						 bool is_revoked)
{
	const struct verify_question *question = trial->question;
	struct err err;

	for (size_t i = 0; i < question->n_signers; i++) {
		const struct verify_signer *signer = &question->signers[i];

		if (signer->kind != VERIFY_IDENTITY || signer->is_revoked != is_revoked)
			continue;
		if (!signer->identity.name && !signer->identity.issuer)
			continue; /* that would be anybody */
		if (sign_identity_match(identity, &signer->identity, &err) == 0)
			return signer;
		if (!is_revoked)
			verify_note(trial, VERIFY_BY_ANOTHER, &err);
	}
	return NULL;
}

static int by_identity(struct verify_trial *trial, const struct sign_identity *identity)
{
	const struct verify_signer *signer = find_identity(trial, identity, true);
	AUTO(free) char *shown = NULL;

	if (signer)
		return verify_is_revoked(trial, signer);
	signer = find_identity(trial, identity, false);
	if (!signer) {
		if (verify_count(trial->question, VERIFY_IDENTITY) == 1 && trial->result->err.code)
			return -1; /* which says by whom it should be */
		shown = text_printable(identity->name, strlen(identity->name));
		trial->result->err = (struct err){ 0 };
		return verify_refuse(trial, VERIFY_BY_ANOTHER, EC_UNTRUSTED,
				     "identity: it is signed by \"%s\", who is not believed",
				     shown);
	}
	trial->result->signer = signer;
	return 0;
}

static int by_certificate(struct verify_trial *trial, const struct sign_bundle *bundle,
			  struct span message)
{
	const struct verify_question *question = trial->question;
	AUTO(sign_keyless_result) struct sign_keyless_result result = { 0 };
	struct sign_keyless_policy policy = {
		.any_identity = true,
		.without_tlog = question->without_log,
		.without_sct = question->without_sct,
		.accepts_timestamps = question->accepts_timestamps,
		.message = message,
	};
	struct err err;

	if (!verify_count(question, VERIFY_IDENTITY))
		return verify_refuse(trial, VERIFY_BY_ANOTHER, EC_UNTRUSTED,
				     "signature: it is by a certificate, and no identity is "
				     "believed");
	if (!question->root)
		return verify_refuse(trial, VERIFY_BY_ANOTHER, EC_UNTRUSTED,
				     "certificate chain: there is no trusted root to check it by");
	if (sign_keyless_verify(bundle, question->root, &policy, &result, &err) < 0)
		return verify_note(trial, verify_stage_of(&err), &err);
	if (by_identity(trial, &result.identity) < 0)
		return -1;
	trial->result->identity = STEAL(result.identity.name);
	trial->result->issuer = STEAL(result.identity.issuer);
	trial->result->time = result.time;
	trial->result->has_log_index = result.has_log_index;
	trial->result->log_index = result.log_index;
	return 0;
}

int verify_signers(struct verify_trial *trial, const struct sign_bundle *bundle,
		   struct span message)
{
	if (!bundle->envelope && !message.data)
		return verify_refuse(trial, VERIFY_UNREADABLE, EC_CORRUPT,
				     "signature: it is over a message, not a package");
	return bundle->has_key ? by_key(trial, bundle, message)
			       : by_certificate(trial, bundle, message);
}
