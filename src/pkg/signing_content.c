// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/signing_priv.h"
#include "sign/bundle.h"
#include "sign/simple_signing.h"
#include "sign/statement.h"

enum signature_form signing_form(const struct signing *signing)
{
	if (!signing->is_simple)
		return SIGNATURE_BUNDLE;
	return strcmp(signing->claim->predicate_type, SIGN_PREDICATE_SIGNATURE) ? SIGNATURE_ENVELOPE
										: SIGNATURE_SIMPLE;
}

static bool is_attestation(const struct signing_claim *claim)
{
	return strcmp(claim->predicate_type, SIGN_PREDICATE_SIGNATURE) != 0;
}

/* As cosign writes it: annotations belong to a signature, a name to an attestation. */
static char *make_statement(const struct signing_claim *claim, const struct oci_digest *subject)
{
	AUTO(json) json_t *none = json_object();
	struct sign_subject one = { .sha256 = oci_digest_hex(subject) };
	struct sign_statement statement = {
		.subjects = &one,
		.n_subjects = 1,
		.predicate_type = claim->predicate_type,
		.predicate = claim->predicate ? claim->predicate : none,
	};

	if (is_attestation(claim))
		one.name = claim->reference;
	else
		one.annotations = claim->annotations ? claim->annotations : none;
	return sign_statement_dump(&statement);
}

static char *make_simple(const struct signing_claim *claim, const struct oci_digest *subject)
{
	struct sign_simple simple = { .digest = subject->text,
				      .reference = claim->reference,
				      .optional = claim->annotations };

	return sign_simple_dump(&simple);
}

static int check_given(const struct signing_claim *claim, const struct oci_digest *subject,
		       struct err *err)
{
	AUTO(sign_statement) struct sign_statement *statement = NULL;

	if (sign_statement_parse(claim->statement, "statement", &statement, err) < 0)
		return -1;
	if (sign_statement_find(statement, oci_digest_hex(subject)))
		return 0;
	return err_set(err, EC_USAGE, "the statement is not about %s: none of its %zu subjects is",
		       subject->text, statement->n_subjects);
}

int signing_payload(const struct signing *signing, const struct oci_digest *subject,
		    struct str *out, struct err *err)
{
	const struct signing_claim *claim = signing->claim;
	AUTO(free) char *text = NULL;

	if (claim->statement.data) {
		str_add(out, claim->statement.data, claim->statement.len);
		return check_given(claim, subject, err);
	}
	text = signing_form(signing) == SIGNATURE_SIMPLE ? make_simple(claim, subject)
							 : make_statement(claim, subject);
	str_adds(out, text);
	return str_check(out, "what is to be signed", err);
}

/* Members that are absent and empty objects say the same: nothing. */
static bool is_equal(const json_t *a, const json_t *b)
{
	if (!json_object_size(a) && !json_object_size(b) && (!a || json_is_object(a)) &&
	    (!b || json_is_object(b)))
		return true;
	return json_equal(a, b);
}

static bool statement_says_same(const struct signing_claim *claim,
				const struct sign_envelope *envelope,
				const struct oci_digest *subject)
{
	AUTO(sign_statement) struct sign_statement *statement = NULL;
	const struct sign_subject *found;
	struct err err = { 0 };

	if (claim->statement.data)
		return envelope->payload.len == claim->statement.len &&
		       !memcmp(envelope->payload.data, claim->statement.data, claim->statement.len);
	if (sign_statement_of(envelope, "statement", &statement, &err) < 0)
		return false;
	found = sign_statement_find(statement, oci_digest_hex(subject));
	return found && !strcmp(statement->predicate_type, claim->predicate_type) &&
	       is_equal(statement->predicate, claim->predicate) &&
	       is_equal(found->annotations, claim->annotations);
}

static bool simple_says_same(const struct signing_claim *claim, struct span body,
			     const struct oci_digest *subject)
{
	AUTO(sign_simple) struct sign_simple *simple = NULL;
	struct err err = { 0 };

	return sign_simple_parse(body, "payload", &simple, &err) == 0 &&
	       !strcmp(simple->digest, subject->text) &&
	       is_equal(simple->optional, claim->annotations);
}

bool signing_says_same(const struct signing *signing, const struct signature *signature,
		       const struct oci_digest *subject)
{
	struct span body = { str_text(&signature->body), signature->body.len };
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	struct err err = { 0 };

	if (signature->err.code || signature->form != signing_form(signing))
		return false;
	if (signature->form == SIGNATURE_SIMPLE)
		return simple_says_same(signing->claim, body, subject);
	if (signature->form == SIGNATURE_ENVELOPE)
		return sign_envelope_parse(body, "envelope", &envelope, &err) == 0 &&
		       statement_says_same(signing->claim, envelope, subject);
	return sign_bundle_parse(body, &bundle, &err) == 0 && bundle.envelope &&
	       statement_says_same(signing->claim, bundle.envelope, subject);
}
