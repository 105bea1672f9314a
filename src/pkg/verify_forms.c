// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* The forms of cosign's: bundles, simple signing, envelopes under a tag. */
#include "base/alloc.h"
#include "base/json.h"
#include "pkg/verify_priv.h"
#include "sign/keyless.h"
#include "sign/simple_signing.h"
#include "sign/statement.h"

/*
 * What nobody vouches for is only read while it is small: parsing it takes thirty times its size, and
 * it serves for saying what a signature by a stranger would be.
 */
#define UNSIGNED_MAX 65536

#define KEY_SIGNATURE "dev.cosignproject.cosign/signature"
#define KEY_CERTIFICATE "dev.sigstore.cosign/certificate"
#define KEY_CHAIN "dev.sigstore.cosign/chain"
#define KEY_BUNDLE "dev.sigstore.cosign/bundle"
#define KEY_TIMESTAMP "dev.sigstore.cosign/rfc3161timestamp"

static struct span body_of(const struct verify_trial *trial)
{
	return (struct span){ str_text(&trial->signature->body), trial->signature->body.len };
}

/* A copy of what is only borrowed of a document. */
static json_t *share(const json_t *value)
{
	return json_incref((json_t *)value);
}

static void note_type(struct verify_trial *trial, const struct sign_statement *statement)
{
	free(trial->result->predicate_type);
	trial->result->predicate_type = mem_text(statement->predicate_type);
}

static void peek_type(struct verify_trial *trial, const struct sign_envelope *envelope)
{
	AUTO(sign_statement) struct sign_statement *statement = NULL;
	struct err none;

	if (envelope->payload.len <= UNSIGNED_MAX &&
	    sign_statement_of(envelope, "statement", &statement, &none) == 0)
		note_type(trial, statement);
}

static int check_type(struct verify_trial *trial, const char *found)
{
	const char *wanted = trial->question->predicate_type;
	AUTO(free) char *shown = text_printable(found, strnlen(found, 300));
	AUTO(free) char *shown_wanted = text_printable(wanted, strnlen(wanted, 300));

	if (!strcmp(found, wanted))
		return 0;
	if (!strcmp(wanted, SIGN_PREDICATE_SIGNATURE))
		return verify_refuse(trial, VERIFY_OF_ANOTHER, EC_UNTRUSTED,
				     "predicate type: an attestation (%s) is no signature", shown);
	if (!strcmp(found, SIGN_PREDICATE_SIGNATURE))
		return verify_wants_signature(trial);
	return verify_refuse(trial, VERIFY_OF_ANOTHER, EC_UNTRUSTED,
			     "predicate type: it is an attestation of %s, not of %s", shown,
			     shown_wanted);
}

/* The envelope is by somebody who is believed; what does it say? */
static int check_statement(struct verify_trial *trial, const struct sign_envelope *envelope)
{
	AUTO(sign_statement) struct sign_statement *statement = NULL;
	struct verify_result *result = trial->result;
	const struct sign_subject *subject;
	struct err err;

	if (sign_statement_of(envelope, "statement", &statement, &err) < 0)
		return verify_note(trial, VERIFY_OF_ANOTHER, &err);
	note_type(trial, statement);
	subject = sign_statement_find(statement, oci_digest_hex(&trial->question->digest));
	if (!subject)
		return verify_refuse(trial, VERIFY_OF_ANOTHER, EC_UNTRUSTED,
				     "digest: it is a signature of another manifest");
	if (check_type(trial, statement->predicate_type) < 0 ||
	    verify_annotations(trial, subject->annotations) < 0)
		return -1;
	result->annotations = share(subject->annotations);
	if (!strcmp(statement->predicate_type, SIGN_PREDICATE_SIGNATURE))
		return 0;
	result->predicate = share(statement->predicate);
	return 0;
}

static void keep_envelope(struct verify_trial *trial, const struct sign_envelope *envelope)
{
	AUTO(json) json_t *json = NULL;
	AUTO(free) char *text = NULL;

	if (!strcmp(trial->question->predicate_type, SIGN_PREDICATE_SIGNATURE))
		return;
	json = sign_envelope_json(envelope);
	text = js_dump(json);
	trial->result->envelope = (struct str)STR_MAX(strlen(text));
	str_adds(&trial->result->envelope, text);
}

static int verify_content(struct verify_trial *trial, const struct sign_bundle *bundle)
{
	peek_type(trial, bundle->envelope);
	if (verify_signers(trial, bundle, (struct span){ NULL, 0 }) < 0 ||
	    check_statement(trial, bundle->envelope) < 0)
		return -1;
	keep_envelope(trial, bundle->envelope);
	return 0;
}

int verify_bundle(struct verify_trial *trial)
{
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	struct err err;

	if (sign_bundle_parse(body_of(trial), &bundle, &err) < 0)
		return verify_note(trial, VERIFY_UNREADABLE, &err);
	if (!bundle.envelope)
		return verify_refuse(trial, VERIFY_UNREADABLE, EC_CORRUPT,
				     "bundle: it is over a message, which no package is");
	return verify_content(trial, &bundle);
}

static struct span annotation(const struct verify_trial *trial, const char *key)
{
	const char *text = oci_annotation(trial->signature->annotations, key);

	return text ? span_of(text) : (struct span){ NULL, 0 };
}

static struct sign_legacy legacy_of(const struct verify_trial *trial)
{
	return (struct sign_legacy){
		.payload = body_of(trial),
		.signature = annotation(trial, KEY_SIGNATURE),
		.certificate = annotation(trial, KEY_CERTIFICATE),
		.chain = annotation(trial, KEY_CHAIN),
		.bundle = annotation(trial, KEY_BUNDLE),
		.timestamp = annotation(trial, KEY_TIMESTAMP),
	};
}

int verify_simple(struct verify_trial *trial)
{
	const struct sign_legacy legacy = legacy_of(trial);
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(sign_simple) struct sign_simple *simple = NULL;
	struct err err;

	trial->result->predicate_type = mem_text(SIGN_PREDICATE_SIGNATURE);
	if (!legacy.signature.len)
		return verify_refuse(trial, VERIFY_UNREADABLE, EC_CORRUPT,
				     "signature: the layer has none (" KEY_SIGNATURE ")");
	if (sign_legacy_read(&legacy, &bundle, &err) < 0)
		return verify_note(trial, VERIFY_UNREADABLE, &err);
	if (verify_signers(trial, &bundle, legacy.payload) < 0)
		return -1;
	if (sign_simple_parse(legacy.payload, "payload", &simple, &err) < 0)
		return verify_note(trial, VERIFY_OF_ANOTHER, &err);
	if (strcmp(simple->digest, trial->question->digest.text) != 0)
		return verify_refuse(trial, VERIFY_OF_ANOTHER, EC_UNTRUSTED,
				     "digest: it is a signature of another manifest");
	if (verify_wants_signature(trial) < 0 || verify_annotations(trial, simple->optional) < 0)
		return -1;
	trial->result->annotations = share(simple->optional);
	return 0;
}

/* A layer that is an envelope; what a certificate and a log say stands in its annotations. */
int verify_envelope(struct verify_trial *trial)
{
	struct sign_legacy legacy = legacy_of(trial);
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	struct err err;

	legacy.signature = span_of(""); /* it is within the envelope */
	if (sign_legacy_read(&legacy, &bundle, &err) < 0 ||
	    sign_envelope_parse(legacy.payload, "envelope", &bundle.envelope, &err) < 0)
		return verify_note(trial, VERIFY_UNREADABLE, &err);
	return verify_content(trial, &bundle);
}
