// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/limits.h"
#include "sign/bundle_priv.h"
#include "sign/content.h"
#include "sign/member.h"
#include "sign/rekor.h"
#include "sign/rekor_priv.h"

/* PublicKeyDetails of sigstore_common.proto, for the schemes that epm signs with. */
static const char *details_of(const struct sign_key *key)
{
	switch (sign_key_type(key)) {
	case SIGN_ECDSA_P256:
		return "PKIX_ECDSA_P256_SHA_256";
	case SIGN_ECDSA_P384:
		return "PKIX_ECDSA_P384_SHA_256";
	case SIGN_ECDSA_P521:
		return "PKIX_ECDSA_P521_SHA_256";
	case SIGN_ED25519: /* cannot be verified by a digest */
		return NULL;
	case SIGN_RSA:
		break;
	}
	switch (sign_key_bits(key)) {
	case 2048:
		return "PKIX_RSA_PKCS1V15_2048_SHA256";
	case 3072:
		return "PKIX_RSA_PKCS1V15_3072_SHA256";
	case 4096:
		return "PKIX_RSA_PKCS1V15_4096_SHA256";
	default:
		return NULL;
	}
}

static json_t *verifier_json(struct span certificate, const struct sign_key *key)
{
	AUTO(str) struct str spki = STR_MAX(LIMIT_KEY);
	json_t *json = json_object(), *bytes = json_object();

	sign_key_spki(key, &spki);
	js_set(bytes, "rawBytes",
	       certificate.data ? sign_base64_json(certificate.data, certificate.len)
				: sign_base64_json(spki.data, spki.len));
	js_set(json, certificate.data ? "x509Certificate" : "publicKey", bytes);
	js_set_text(json, "keyDetails", details_of(key));
	return json;
}

static json_t *request_json(const struct sign_content *content, json_t *verifier)
{
	json_t *json = json_object(), *request = json_object(), *signature = json_object();
	uint8_t hash[HASH_SIZE];

	hash_of(content->bytes.data, content->bytes.len, hash);
	js_set(request, "digest", sign_base64_json(hash, sizeof(hash)));
	js_set(signature, "content",
	       sign_base64_json(content->signature.data, content->signature.len));
	js_set(signature, "verifier", verifier);
	js_set(request, "signature", signature);
	js_set(json, "hashedRekordRequestV002", request);
	return json;
}

int sign_rekor2_proposal(const struct sign_bundle *bundle, struct span message,
			 struct span certificate, const struct sign_key *key, char **out,
			 struct err *err)
{
	AUTO(sign_content) struct sign_content content = { 0 };
	AUTO(json) json_t *json = NULL;

	if (!details_of(key))
		return err_set(err, EC_UNSUPPORTED,
			       "a log of version 2 takes no signature by %s of %u bits",
			       sign_key_type_word(sign_key_type(key)), sign_key_bits(key));
	if (sign_content_read(bundle, message, &content, err) < 0)
		return -1;
	json = request_json(&content, verifier_json(certificate, key));
	*out = js_dump(json);
	return 0;
}

static int read_answer(const struct js_at *at, struct sign_tlog_entry *out, struct err *err)
{
	if (sign_bundle_entry(at, out, err) < 0)
		return -1;
	if (!out->proof || !out->proof->checkpoint)
		return sign_bad(at, err, "there is no inclusion proof, or it has no checkpoint");
	return 0;
}

int sign_rekor2_answer(struct span text, struct sign_tlog_entry *out, struct err *err)
{
	return sign_rekor_parse(text, read_answer, out, err);
}
