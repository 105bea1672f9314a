// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/keyless.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/keyless_priv.h"
#include "sign/dsse.h"
#include "sign/keyed.h"
#include "sign/keyless.h"
#include "sign/timestamp.h"

/* A bundle that is being made, and what its parts are over. */
struct making {
	struct sign_bundle bundle;
	struct span message; /* of a messageSignature */
	struct span stamped; /* what timestamps are over */
};

static void making_done(struct making *making)
{
	sign_bundle_done(&making->bundle);
}
AUTO_STRUCT(making, struct making, making_done);

static int missing(struct err *err, const char *what, const char *hint)
{
	err_set(err, EC_USAGE, "%s", what);
	return err_hint(err, "%s", hint);
}

static bool has_time(const struct keyless_settings *settings)
{
	for (size_t i = 0; i < settings->n_logs; i++)
		if (!settings->logs[i].is_v2)
			return true;
	return false;
}

/* Where only the log's promise is kept, entries without one would be lost. */
static int has_promises(const struct keyless *keyless, struct err *err)
{
	const struct keyless_settings *settings = &keyless->settings;

	if (!settings->n_logs || !settings->logs[0].is_v2)
		return 0;
	return err_set(err, EC_UNSUPPORTED,
		       "cosign's older form cannot hold an entry of %s, a log of version 2",
		       settings->logs[0].url);
}

static int check_settings(const struct keyless_settings *settings, struct err *err)
{
	if (!settings->root && (!settings->key || settings->n_logs || settings->n_tsa_urls))
		return missing(err, "a trusted root is missing, to verify what the services give",
			       "--trusted-root FILE names it, or trusted_root in the trust policy");
	if (settings->key && !sign_key_is_private(settings->key))
		return missing(err, "a public key cannot sign", "'epm key generate' makes a pair");
	if (settings->key)
		return 0;
	if (!settings->token.data)
		return missing(err, "an identity token is missing",
			       "--identity-token FILE, or EPM_IDENTITY_TOKEN in the environment");
	if (!settings->ca_url)
		return missing(err, "a certificate authority is missing, to sign by an identity",
			       "--fulcio-url URL, or --signing-config FILE");
	if (!settings->n_tsa_urls && !has_time(settings))
		return missing(err,
			       "neither a timestamp authority nor a transparency log that gives a "
			       "time is named: nothing would say when the certificate was used",
			       "--rekor-url URL, --timestamp-url URL, or --signing-config FILE");
	return 0;
}

int keyless_new(const struct keyless_settings *settings, struct keyless **out, struct err *err)
{
	AUTO(keyless) struct keyless *keyless = NULL;

	if (check_settings(settings, err) < 0)
		return -1;
	keyless = mem_alloc(sizeof(*keyless));
	keyless->settings = *settings;
	if (!settings->key &&
	    sign_token_read(settings->token, clock_wall(), &keyless->token, err) < 0)
		return -1;
	snprintf(keyless->name, sizeof(keyless->name), "%s",
		 settings->key ? settings->key_name : keyless->token.name);
	*out = STEAL(keyless);
	return 0;
}

void keyless_free(struct keyless *keyless)
{
	if (!keyless)
		return;
	sign_token_done(&keyless->token);
	sign_key_free(keyless->made);
	sign_issued_done(&keyless->issued);
	free(keyless);
}

static struct str copy_of(const struct str *from)
{
	struct str copy = STR_MAX(from->len);

	str_add(&copy, from->data, from->len);
	return copy;
}

static void set_signer(const struct keyless *keyless, const struct sign_key *key,
		       struct sign_bundle *bundle)
{
	const struct sign_issued *issued = &keyless->issued;
	char hint[SIGN_HINT_LENGTH + 1];

	bundle->version = 3;
	if (keyless->settings.key) {
		sign_key_hint(key, hint);
		bundle->has_key = true;
		bundle->hint = mem_text(hint);
		return;
	}
	bundle->certificates = mem_array(issued->n_certificates, sizeof(*bundle->certificates));
	for (size_t i = 0; i < issued->n_certificates; i++)
		bundle->certificates[i] = copy_of(&issued->certificates[i]);
	bundle->n_certificates = issued->n_certificates;
}

/* Entries and timestamps of whom the root does not know would be passed over by who verifies. */
static int check_witnesses(const struct keyless *keyless, const struct making *making,
			   struct err *err)
{
	const struct sign_trusted_root *root = keyless->settings.root;
	const struct sign_bundle *bundle = &making->bundle;
	int64_t time;

	for (size_t i = 0; i < bundle->n_entries; i++)
		if (!sign_log_find(root->tlogs, root->n_tlogs, &bundle->entries[i].log_id,
				   bundle->entries[i].integrated_time))
			return err_set(err, EC_UNTRUSTED,
				       "transparency log: %s is none of the trusted root's",
				       keyless->settings.logs[i].url);
	for (size_t i = 0; i < bundle->n_timestamps; i++)
		if (sign_timestamp_verify(
			    (struct span){ bundle->timestamps[i].data, bundle->timestamps[i].len },
			    making->stamped, root, &time, err) < 0)
			return -1;
	return 0;
}

static int check_identity(const struct keyless *keyless, const struct making *making,
			  struct err *err)
{
	AUTO(sign_keyless_result) struct sign_keyless_result result = { 0 };
	const struct keyless_settings *settings = &keyless->settings;
	const struct sign_keyless_policy policy = {
		.any_identity = true,
		.without_tlog = !settings->n_logs,
		/* an installation without logs of certificates has none to show */
		.without_sct = !settings->root->n_ctlogs,
		.accepts_timestamps = settings->n_tsa_urls > 0,
		.message = making->message,
	};

	return sign_keyless_verify(&making->bundle, settings->root, &policy, &result, err);
}

static int check_key(const struct keyless *keyless, const struct making *making, struct err *err)
{
	const struct keyless_settings *settings = &keyless->settings;
	const struct sign_keyed_policy policy = {
		.root = settings->n_logs ? settings->root : NULL,
		.message = making->message,
	};
	struct sign_keyed_result result;

	return sign_keyed_verify(&making->bundle, settings->key, &policy, &result, err);
}

/* As those will who get it. */
static int check(const struct keyless *keyless, const struct making *making, struct err *err)
{
	int rc = check_witnesses(keyless, making, err);

	if (rc == 0)
		rc = keyless->settings.key ? check_key(keyless, making, err)
					   : check_identity(keyless, making, err);
	return rc == 0 ? 0 : err_wrap(err, "what the services gave does not verify");
}

/* The signature is there: everything else. */
static int witness(const struct keyless *keyless, const struct sign_key *key, struct making *making,
		   struct err *err)
{
	set_signer(keyless, key, &making->bundle);
	if (keyless_stamp(keyless, making->stamped, &making->bundle, err) < 0 ||
	    keyless_log(keyless, making->message, &making->bundle, err) < 0)
		return -1;
	return check(keyless, making, err);
}

static int make_envelope(struct keyless *keyless, const char *payload_type, struct span payload,
			 const struct sign_key **out_key, struct sign_envelope **out,
			 struct err *err)
{
	if (keyless_ready(keyless, out_key, err) < 0)
		return -1;
	return sign_envelope_make(*out_key, signer_scheme(*out_key), payload_type, payload, out,
				  err);
}

static int sign_statement(void *ctx, const char *payload_type, struct span payload, struct str *out,
			  struct err *err)
{
	AUTO(making) struct making making = { 0 };
	const struct sign_envelope *envelope;
	const struct sign_key *key = NULL;
	AUTO(free) char *text = NULL;

	if (make_envelope(ctx, payload_type, payload, &key, &making.bundle.envelope, err) < 0)
		return -1;
	envelope = making.bundle.envelope;
	making.stamped = (struct span){ envelope->signatures[0].data, envelope->signatures[0].len };
	if (witness(ctx, key, &making, err) < 0)
		return -1;
	text = sign_bundle_dump(&making.bundle);
	str_adds(out, text);
	return str_check(out, "the bundle", err);
}

/* What stands beside a signature of cosign's older forms. */
static void annotate(const struct keyless *keyless, const struct sign_bundle *bundle,
		     json_t *annotations)
{
	const struct sign_issued *issued = &keyless->issued;
	AUTO(str) struct str leaf = STR_MAX(LIMIT_ISSUED);
	AUTO(str) struct str chain = STR_MAX(LIMIT_ISSUED);
	AUTO(free) char *entry = NULL;
	AUTO(free) char *timestamp = NULL;

	if (!keyless->settings.key) {
		sign_certificates_pem(issued->certificates, 1, &leaf);
		sign_certificates_pem(issued->certificates + 1, issued->n_certificates - 1, &chain);
		js_set_text(annotations, SIGNER_CERTIFICATE, str_text(&leaf));
		js_set_text(annotations, SIGNER_CHAIN, str_text(&chain));
	}
	if (bundle->n_entries)
		entry = sign_legacy_entry_dump(&bundle->entries[0]);
	if (bundle->n_timestamps)
		timestamp = sign_legacy_timestamp_dump(&bundle->timestamps[0]);
	js_set_text(annotations, SIGNER_ENTRY, entry);
	js_set_text(annotations, SIGNER_TIMESTAMP, timestamp);
}

static int sign_simple(void *ctx, struct span payload, json_t *annotations, struct err *err)
{
	AUTO(making) struct making making = { .message = payload };
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_SIGNATURE);
	struct str *signature = &making.bundle.signature;
	struct keyless *keyless = ctx;
	const struct sign_key *key = NULL;

	if (has_promises(keyless, err) < 0 || keyless_ready(keyless, &key, err) < 0)
		return -1;
	if (sign_key_type(key) == SIGN_ED25519 && keyless->settings.n_logs)
		return err_set(err, EC_USAGE,
			       "Rekor takes no signature by Ed25519 in cosign's older form");
	signature->max = LIMIT_SIGNATURE;
	if (sign_make(key, signer_scheme(key), payload, signature, err) < 0)
		return -1;
	making.stamped = (struct span){ signature->data, signature->len };
	if (witness(keyless, key, &making, err) < 0)
		return -1;
	base64_encode(signature->data, signature->len, &text);
	js_set_text(annotations, SIGNER_SIGNATURE, str_text(&text));
	annotate(keyless, &making.bundle, annotations);
	return 0;
}

/* There cosign has timestamps over the whole envelope, for want of another signature. */
static int sign_envelope(void *ctx, const char *payload_type, struct span payload, struct str *out,
			 json_t *annotations, struct err *err)
{
	AUTO(making) struct making making = { 0 };
	const struct sign_key *key = NULL;
	AUTO(json) json_t *json = NULL;
	AUTO(free) char *text = NULL;

	if (has_promises(ctx, err) < 0 ||
	    make_envelope(ctx, payload_type, payload, &key, &making.bundle.envelope, err) < 0)
		return -1;
	json = sign_envelope_json(making.bundle.envelope);
	text = js_dump(json);
	making.stamped = span_of(text);
	if (witness(ctx, key, &making, err) < 0)
		return -1;
	str_adds(out, text);
	js_set_text(annotations, SIGNER_SIGNATURE, "");
	annotate(ctx, &making.bundle, annotations);
	return str_check(out, "the envelope", err);
}

/* By the key, and with as much beside it as would be made now. */
static bool has_made(void *ctx, const struct signature *signature)
{
	const struct keyless *keyless = ctx;
	const struct keyless_settings *settings = &keyless->settings;
	AUTO(making) struct making making = { 0 };
	struct err err = { 0 };

	if (signature->form != SIGNATURE_BUNDLE ||
	    sign_bundle_parse((struct span){ str_text(&signature->body), signature->body.len },
			      &making.bundle, &err) < 0 ||
	    !making.bundle.envelope || making.bundle.n_timestamps < settings->n_tsa_urls ||
	    making.bundle.n_entries < settings->n_logs)
		return false;
	return check_key(keyless, &making, &err) == 0;
}

void keyless_signer(struct keyless *keyless, struct signer *out)
{
	const struct keyless_settings *settings = &keyless->settings;

	*out = (struct signer){ .name = keyless->name,
				.sign_statement = sign_statement,
				.sign_simple = sign_simple,
				.sign_envelope = sign_envelope,
				.has_made = settings->key ? has_made : NULL,
				.ctx = keyless };
}
