// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/signer.h"
#include "sign/bundle.h"
#include "sign/dsse.h"
#include "sign/signature.h"

/* By the curve's size, as cosign signs, its own verification needs a flag: see sign_make(). */
enum sign_scheme signer_scheme(const struct sign_key *key)
{
	switch (sign_key_type(key)) {
	case SIGN_ECDSA_P256:
	case SIGN_ECDSA_P384:
	case SIGN_ECDSA_P521:
		return SIGN_ECDSA_SHA256;
	default:
		return SIGN_BY_KEY;
	}
}

static int sign_statement(void *ctx, const char *payload_type, struct span payload, struct str *out,
			  struct err *err)
{
	const struct sign_key *key = ctx;
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	AUTO(free) char *text = NULL;
	char hint[SIGN_HINT_LENGTH + 1];

	if (sign_envelope_make(key, signer_scheme(key), payload_type, payload, &envelope, err) < 0)
		return -1;
	sign_key_hint(key, hint);
	text = sign_bundle_write(hint, envelope);
	str_adds(out, text);
	return str_check(out, "the bundle", err);
}

static int sign_simple(void *ctx, struct span payload, json_t *annotations, struct err *err)
{
	const struct sign_key *key = ctx;
	AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_SIGNATURE);

	if (sign_make(key, signer_scheme(key), payload, &signature, err) < 0)
		return -1;
	base64_encode(signature.data, signature.len, &text);
	js_set_text(annotations, SIGNER_SIGNATURE, str_text(&text));
	return 0;
}

static int sign_envelope(void *ctx, const char *payload_type, struct span payload, struct str *out,
			 json_t *annotations, struct err *err)
{
	const struct sign_key *key = ctx;
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	AUTO(json) json_t *json = NULL;
	AUTO(free) char *text = NULL;

	if (sign_envelope_make(key, signer_scheme(key), payload_type, payload, &envelope, err) < 0)
		return -1;
	json = sign_envelope_json(envelope);
	text = js_dump(json);
	str_adds(out, text);
	js_set_text(annotations, SIGNER_SIGNATURE, "");
	return str_check(out, "the envelope", err);
}

static bool has_made_bundle(const struct sign_key *key, struct span body)
{
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	struct err err = { 0 };

	return sign_bundle_parse(body, &bundle, &err) == 0 && bundle.has_key && bundle.envelope &&
	       sign_envelope_verify(bundle.envelope, key, &err) == 0;
}

static bool has_made_envelope(const struct sign_key *key, struct span body)
{
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	struct err err = { 0 };

	return sign_envelope_parse(body, "envelope", &envelope, &err) == 0 &&
	       sign_envelope_verify(envelope, key, &err) == 0;
}

static bool has_made_simple(const struct sign_key *key, struct span body, const json_t *annotations)
{
	const char *text = json_string_value(json_object_get(annotations, SIGNER_SIGNATURE));
	AUTO(str) struct str raw = STR_MAX(LIMIT_SIGNATURE);
	struct err err = { 0 };

	return text && base64_decode(span_of(text), &raw, &err) == 0 &&
	       sign_verify(key, SIGN_BY_KEY, body, (struct span){ str_text(&raw), raw.len },
			   &err) == 0;
}

static bool has_made(void *ctx, const struct signature *signature)
{
	struct span body = { str_text(&signature->body), signature->body.len };

	switch (signature->form) {
	case SIGNATURE_BUNDLE:
		return has_made_bundle(ctx, body);
	case SIGNATURE_ENVELOPE:
		return has_made_envelope(ctx, body);
	case SIGNATURE_SIMPLE:
		return has_made_simple(ctx, body, signature->annotations);
	default:
		return false;
	}
}

int signer_of_key(const struct sign_key *key, const char *name, struct signer *out, struct err *err)
{
	if (!sign_key_is_private(key)) {
		err_set(err, EC_USAGE, "%s: this is a public key, which cannot sign", name);
		return err_hint(err, "'epm key generate' makes a pair");
	}
	*out = (struct signer){ .name = name,
				.sign_statement = sign_statement,
				.sign_simple = sign_simple,
				.sign_envelope = sign_envelope,
				.has_made = has_made,
				.ctx = (void *)key };
	return 0;
}
