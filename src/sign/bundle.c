// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/bundle.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "sign/bundle_priv.h"
#include "sign/member.h"

#define BUNDLE_STEM "application/vnd.dev.sigstore.bundle"

static int read_version(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	AUTO(free) char *shown = NULL;
	char spelling[64];
	const char *type;

	if (js_need_text(at, "mediaType", &type, err) < 0)
		return -1;
	for (unsigned int version = 1; version <= 3; version++) {
		snprintf(spelling, sizeof(spelling), BUNDLE_STEM ".v0.%u+json", version);
		if (strcmp(type, spelling) == 0)
			out->version = version;
		snprintf(spelling, sizeof(spelling), BUNDLE_STEM "+json;version=0.%u", version);
		if (strcmp(type, spelling) == 0)
			out->version = version;
	}
	if (out->version)
		return 0;
	shown = text_printable(type, strnlen(type, 100));
	return err_set(err, EC_UNSUPPORTED, "bundle: \"%s\" is not a bundle of version 0.1 to 0.3",
		       shown);
}

static int read_envelope(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	static const char *const names[] = { "payload", "payloadType", "signatures", NULL };
	static const char *const signature_names[] = { "sig", "keyid", NULL };
	struct js_at list, element;
	size_t n = 0;

	if (sign_only_members(at, names, err) < 0 ||
	    sign_get_array(at, "signatures", LIMIT_SIGNATURES, &list, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		element = js_element(&list, i);
		if (js_is_object(&element, err) < 0 ||
		    sign_only_members(&element, signature_names, err) < 0)
			return -1;
	}
	return sign_envelope_read(at, &out->envelope, err);
}

static int read_message(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	static const char *const names[] = { "messageDigest", "signature", NULL };
	static const char *const digest_names[] = { "algorithm", "digest", NULL };
	static const struct {
		const char *name;
		size_t size;
	} algorithms[] = { { "SHA2_256", 32 }, { "SHA2_384", 48 }, { "SHA2_512", 64 } };
	struct js_at digest;
	const char *algorithm;

	if (sign_only_members(at, names, err) < 0 ||
	    sign_need_bytes(at, "signature", LIMIT_SIGNATURE, &out->signature, err) < 0 ||
	    sign_need_object(at, "messageDigest", &digest, err) < 0 ||
	    sign_only_members(&digest, digest_names, err) < 0 ||
	    js_need_text(&digest, "algorithm", &algorithm, err) < 0 ||
	    sign_need_bytes(&digest, "digest", 64, &out->digest, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++)
		if (strcmp(algorithm, algorithms[i].name) == 0 &&
		    out->digest.len == algorithms[i].size)
			return 0;
	return sign_bad(&digest, err, "not SHA-256, -384 or -512");
}

static int read_content(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	struct js_at envelope, message;

	if (js_get_object(at, "dsseEnvelope", &envelope, err) < 0 ||
	    js_get_object(at, "messageSignature", &message, err) < 0)
		return -1;
	if (!envelope.value == !message.value)
		return sign_bad(at, err, "expected one of dsseEnvelope and messageSignature");
	return envelope.value ? read_envelope(&envelope, out, err)
			      : read_message(&message, out, err);
}

static int read_certificate(const struct js_at *at, struct str *out, struct err *err)
{
	static const char *const names[] = { "rawBytes", NULL };

	if (js_is_object(at, err) < 0 || sign_only_members(at, names, err) < 0)
		return -1;
	return sign_need_bytes(at, "rawBytes", LIMIT_KEY, out, err);
}

static int read_chain(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	static const char *const names[] = { "certificates", NULL };
	struct js_at list, element;
	size_t n = 0;

	if (out->version > 2)
		return sign_bad(at, err, "version 0.3 holds one certificate, not a chain");
	if (sign_only_members(at, names, err) < 0 ||
	    sign_get_array(at, "certificates", LIMIT_CERTIFICATES, &list, &n, err) < 0)
		return -1;
	if (!n)
		return sign_bad(at, err, "no certificates");
	out->certificates = mem_array(n, sizeof(*out->certificates));
	for (size_t i = 0; i < n; i++) {
		element = js_element(&list, i);
		out->n_certificates++;
		if (read_certificate(&element, &out->certificates[i], err) < 0)
			return -1;
	}
	return 0;
}

/* Exactly one of a key's hint, a certificate and a chain. */
static int read_signer(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	static const char *const names[] = { "hint", NULL };
	struct js_at key, certificate, chain;
	const char *hint = NULL;

	if (js_get_object(at, "publicKey", &key, err) < 0 ||
	    js_get_object(at, "certificate", &certificate, err) < 0 ||
	    js_get_object(at, "x509CertificateChain", &chain, err) < 0)
		return -1;
	if (!!key.value + !!certificate.value + !!chain.value != 1)
		return sign_bad(at, err,
				"expected one of publicKey, certificate, x509CertificateChain");
	if (chain.value)
		return read_chain(&chain, out, err);
	if (certificate.value) {
		out->certificates = mem_array(1, sizeof(*out->certificates));
		out->n_certificates = 1;
		return read_certificate(&certificate, &out->certificates[0], err);
	}
	out->has_key = true;
	if (sign_only_members(&key, names, err) < 0 || js_get_text(&key, "hint", &hint, err) < 0)
		return -1;
	out->hint = mem_text(hint);
	return 0;
}

static int read_timestamps(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	static const char *const names[] = { "rfc3161Timestamps", NULL };
	static const char *const one[] = { "signedTimestamp", NULL };
	struct js_at data, list, element;
	size_t n = 0;

	if (js_get_object(at, "timestampVerificationData", &data, err) < 0)
		return -1;
	if (!data.value)
		return 0;
	if (sign_only_members(&data, names, err) < 0 ||
	    sign_get_array(&data, names[0], LIMIT_TIMESTAMPS, &list, &n, err) < 0)
		return -1;
	out->timestamps = mem_array(n, sizeof(*out->timestamps));
	for (size_t i = 0; i < n; i++) {
		element = js_element(&list, i);
		out->n_timestamps++;
		if (js_is_object(&element, err) < 0 || sign_only_members(&element, one, err) < 0 ||
		    sign_need_bytes(&element, one[0], LIMIT_TIMESTAMP, &out->timestamps[i], err) <
			    0)
			return -1;
	}
	return 0;
}

/* What each version has to have: sigstore_bundle.proto, TransparencyLogEntry in "tlog_entries". */
static int check_entry(const struct js_at *at, const struct sign_bundle *bundle,
		       const struct sign_tlog_entry *entry, struct err *err)
{
	if (bundle->version == 1 && !entry->promise.len)
		return sign_bad(at, err, "inclusion promise: version 0.1 has to have one");
	if (bundle->version > 1 && (!entry->proof || !entry->proof->checkpoint))
		return sign_bad(at, err, "inclusion proof: there is none, or it has no checkpoint");
	return 0;
}

static int read_entries(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	struct js_at list, element;
	size_t n = 0;

	if (sign_get_array(at, "tlogEntries", LIMIT_TLOG_ENTRIES, &list, &n, err) < 0)
		return -1;
	out->entries = mem_array(n, sizeof(*out->entries));
	for (size_t i = 0; i < n; i++) {
		element = js_element(&list, i);
		out->n_entries++;
		if (sign_bundle_entry(&element, &out->entries[i], err) < 0 ||
		    check_entry(&element, out, &out->entries[i], err) < 0)
			return -1;
	}
	return 0;
}

static int read_bundle(const struct js_at *at, struct sign_bundle *out, struct err *err)
{
	static const char *const names[] = { "mediaType", "verificationMaterial", "dsseEnvelope",
					     "messageSignature", NULL };
	static const char *const material_names[] = { "publicKey",
						      "certificate",
						      "x509CertificateChain",
						      "tlogEntries",
						      "timestampVerificationData",
						      NULL };
	struct js_at material;

	if (js_is_object(at, err) < 0 || read_version(at, out, err) < 0 ||
	    sign_only_members(at, names, err) < 0 ||
	    sign_need_object(at, "verificationMaterial", &material, err) < 0 ||
	    sign_only_members(&material, material_names, err) < 0 ||
	    read_signer(&material, out, err) < 0 || read_entries(&material, out, err) < 0 ||
	    read_timestamps(&material, out, err) < 0)
		return -1;
	return read_content(at, out, err);
}

int sign_bundle_parse(struct span text, struct sign_bundle *out, struct err *err)
{
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (text.len > LIMIT_SIGNED)
		return err_set(err, EC_CORRUPT, "bundle: %zu bytes, more than %u", text.len,
			       LIMIT_SIGNED);
	if (sign_parse_json(text, "bundle", &json, err) < 0)
		return -1;
	at = JS_ROOT(json, "bundle");
	if (read_bundle(&at, &bundle, err) < 0)
		return -1;
	*out = bundle;
	bundle = (struct sign_bundle){ 0 };
	return 0;
}

void sign_bundle_done(struct sign_bundle *bundle)
{
	sign_envelope_free(bundle->envelope);
	str_done(&bundle->signature);
	str_done(&bundle->digest);
	free(bundle->hint);
	for (size_t i = 0; i < bundle->n_certificates; i++)
		str_done(&bundle->certificates[i]);
	free(bundle->certificates);
	for (size_t i = 0; i < bundle->n_entries; i++)
		sign_tlog_entry_done(&bundle->entries[i]);
	free(bundle->entries);
	for (size_t i = 0; i < bundle->n_timestamps; i++)
		str_done(&bundle->timestamps[i]);
	free(bundle->timestamps);
	*bundle = (struct sign_bundle){ 0 };
}
