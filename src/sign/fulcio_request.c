// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/fulcio_request.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/limits.h"
#include "sign/certificate.h"
#include "sign/fulcio.h"
#include "sign/member.h"
#include "sign/openssl.h"
#include "sign/pem.h"
#include "sign/signature.h"

#define WHAT "answer"

AUTO_POINTER(asn1_time, ASN1_TIME, ASN1_TIME_free);

int sign_fulcio_request(const struct sign_key *key, const char *name, char **out, struct err *err)
{
	AUTO(str) struct str proof = STR_MAX(LIMIT_SIGNATURE);
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_SIGNATURE);
	AUTO(free) char *pem = sign_key_public_pem(key);
	AUTO(json) json_t *json = json_object();
	json_t *request = json_object(), *public = json_object();

	js_set_text(public, "algorithm", "ECDSA");
	js_set_text(public, "content", pem);
	js_set(request, "publicKey", public);
	js_set(json, "publicKeyRequest", request);
	if (sign_make(key, SIGN_BY_KEY, span_of(name), &proof, err) < 0)
		return -1;
	base64_encode(proof.data, proof.len, &text);
	js_set_text(request, "proofOfPossession", str_text(&text));
	*out = js_dump(json);
	return 0;
}

/* Each element is PEM of one certificate. */
static int read_chain(const struct js_at *at, struct sign_issued *out, struct err *err)
{
	struct js_at list, element;
	bool has_one = false;
	size_t n = 0;

	if (sign_get_array(at, "certificates", LIMIT_CERTIFICATES, &list, &n, err) < 0)
		return -1;
	if (!n)
		return sign_bad(&list, err, "no certificates");
	out->certificates = mem_array(n, sizeof(*out->certificates));
	for (size_t i = 0; i < n; i++) {
		AUTO(sign_pem) struct sign_pem pem = { .body = STR_MAX(0) };
		struct span rest;

		element = js_element(&list, i);
		if (!json_is_string(element.value))
			return js_expected(&element, "a certificate in PEM", err);
		rest = (struct span){ json_string_value(element.value),
				      json_string_length(element.value) };
		if (sign_pem_next(&rest, WHAT, &pem, &has_one, err) < 0)
			return -1;
		if (!has_one || strcmp(pem.label, "CERTIFICATE") != 0 || !pem.body.len)
			return js_expected(&element, "a certificate in PEM", err);
		out->certificates[i] = (struct str)STR_MAX(LIMIT_KEY);
		str_add(&out->certificates[i], pem.body.data, pem.body.len);
		out->n_certificates++;
	}
	return 0;
}

static int read_leaf(struct sign_issued *issued, const struct sign_key *key, struct err *err)
{
	AUTO(asn1_time) ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	AUTO(x509_list) sign_x509_list *list = sign_x509_list_new();
	EVP_PKEY *certified;
	int days, seconds;
	X509 *leaf;

	if (sign_x509_decode_all(issued->certificates, issued->n_certificates, WHAT, list, err) < 0)
		return -1;
	leaf = sk_X509_value(list, 0);
	certified = X509_get0_pubkey(leaf);
	ERR_clear_error();
	if (!certified || EVP_PKEY_eq(certified, key->pkey) != 1)
		return err_set(err, EC_UNTRUSTED, "the certificate is for another key");
	if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(leaf)) != 1) {
		ERR_clear_error();
		return err_set(err, EC_CORRUPT, "the certificate's end cannot be read");
	}
	issued->expires = (int64_t)days * 86400 + seconds;
	return sign_fulcio_identity(leaf, &issued->identity, err);
}

static int read_answer(const struct js_at *at, struct sign_issued *out, struct err *err)
{
	struct js_at embedded, detached, chain;
	const char *sct = NULL;

	if (js_is_object(at, err) < 0 ||
	    js_get_object(at, "signedCertificateEmbeddedSct", &embedded, err) < 0 ||
	    js_get_object(at, "signedCertificateDetachedSct", &detached, err) < 0)
		return -1;
	if (!embedded.value == !detached.value)
		return sign_bad(at, err,
				"expected one of signedCertificateEmbeddedSct and "
				"signedCertificateDetachedSct");
	if (detached.value && js_get_text(&detached, "signedCertificateTimestamp", &sct, err) < 0)
		return -1;
	if (sct && *sct)
		return err_set(err, EC_UNSUPPORTED,
			       "the certificate's timestamp (SCT) stands outside of it, where no "
			       "bundle can hold it");
	if (sign_need_object(embedded.value ? &embedded : &detached, "chain", &chain, err) < 0)
		return -1;
	return read_chain(&chain, out, err);
}

int sign_fulcio_answer(struct span text, const struct sign_key *key, struct sign_issued *out,
		       struct err *err)
{
	AUTO(sign_issued) struct sign_issued issued = { 0 };
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (text.len > LIMIT_ISSUED)
		return err_set(err, EC_CORRUPT, WHAT ": more than %u bytes", LIMIT_ISSUED);
	if (sign_parse_json(text, WHAT, &json, err) < 0)
		return -1;
	at = JS_ROOT(json, WHAT);
	if (read_answer(&at, &issued, err) < 0 || read_leaf(&issued, key, err) < 0)
		return -1;
	*out = issued;
	issued = (struct sign_issued){ 0 };
	return 0;
}

void sign_issued_done(struct sign_issued *issued)
{
	for (size_t i = 0; i < issued->n_certificates; i++)
		str_done(&issued->certificates[i]);
	free(issued->certificates);
	sign_identity_done(&issued->identity);
	*issued = (struct sign_issued){ 0 };
}

void sign_certificates_pem(const struct str *ders, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		sign_pem_write("CERTIFICATE", ders[i].data, ders[i].len, out);
}
