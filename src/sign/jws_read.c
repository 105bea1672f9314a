// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/limits.h"
#include "sign/jws_priv.h"
#include "sign/member.h"
#include "sign/openssl.h"

#define WHAT "signature envelope"
#define SCHEME "io.cncf.notary.signingScheme"
#define SIGNING_TIME "io.cncf.notary.signingTime"
#define EXPIRY "io.cncf.notary.expiry"
#define CONTENT_TYPE "application/vnd.cncf.notary.payload.v1+json"

/* RFC 7518 3.1; notation has no others. */
static const struct {
	const char *name;
	enum sign_scheme scheme;
	bool is_ecdsa;
	enum sign_key_type curve;
} algorithms[] = {
	{ "PS256", SIGN_RSA_PSS_SHA256, false, SIGN_RSA },
	{ "PS384", SIGN_RSA_PSS_SHA384, false, SIGN_RSA },
	{ "PS512", SIGN_RSA_PSS_SHA512, false, SIGN_RSA },
	{ "ES256", SIGN_ECDSA_SHA256, true, SIGN_ECDSA_P256 },
	{ "ES384", SIGN_ECDSA_SHA384, true, SIGN_ECDSA_P384 },
	{ "ES512", SIGN_ECDSA_SHA512, true, SIGN_ECDSA_P521 },
};

void sign_jws_done(struct sign_jws *jws)
{
	str_done(&jws->signed_bytes);
	str_done(&jws->signature);
	sign_x509_list_free(jws->chain);
	json_decref(jws->protected_json);
	json_decref(jws->payload_json);
	*jws = (struct sign_jws){ 0 };
}

static int decode_base64url(struct span text, const char *what, struct str *out, struct err *err)
{
	if (base64_decode_url(text, out, err) < 0)
		return err_set(err, EC_CORRUPT, WHAT ": %s is not base64url", what);
	return 0;
}

static int decode_json(const char *text, const char *what, json_t **out, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_SIGNED);

	if (decode_base64url(span_of(text), what, &bytes, err) < 0)
		return -1;
	if (sign_parse_json((struct span){ bytes.data, bytes.len }, what, out, err) < 0)
		return err_wrap(err, WHAT);
	return json_is_object(*out) ? 0 : err_set(err, EC_CORRUPT, WHAT ": %s is no object", what);
}

static int read_certificates(const struct js_at *at, sign_x509_list *out, struct err *err)
{
	struct js_at header, list, element;
	size_t n = 0;

	if (sign_need_object(at, "header", &header, err) < 0 ||
	    sign_get_array(&header, "x5c", LIMIT_CERTIFICATES, &list, &n, err) < 0)
		return -1;
	if (!n)
		return js_expected(&list, "certificates", err);
	for (size_t i = 0; i < n; i++) {
		AUTO(str) struct str der = STR_MAX(LIMIT_KEY);
		AUTO(x509) X509 *certificate = NULL;

		element = js_element(&list, i);
		if (!json_is_string(element.value))
			return js_expected(&element, "base64", err);
		if (base64_decode(span_of(json_string_value(element.value)), &der, err) < 0 ||
		    sign_x509_decode((struct span){ der.data, der.len }, "x5c", &certificate, err) <
			    0)
			return err_wrap(err, WHAT);
		sign_x509_list_add(out, certificate);
	}
	return 0;
}

/* RFC 7515 4.1.11: what is listed has to be there, to be known and not to be listed twice. */
static int check_critical(const struct js_at *at, struct err *err)
{
	static const char *const known[] = { SCHEME, EXPIRY };
	AUTO(free) char *shown = NULL;
	unsigned int seen = 0, bit;
	struct js_at list;
	const char *name;
	size_t n = 0;

	if (sign_get_array(at, "crit", LIMIT_CERTIFICATES, &list, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		name = json_string_value(json_array_get(list.value, i));
		bit = !name			    ? 0
		      : strcmp(name, known[0]) == 0 ? 1
		      : strcmp(name, known[1]) == 0 ? 2
						    : 0;
		if (!bit) {
			shown = text_printable(name ? name : "", name ? strnlen(name, 100) : 0);
			return err_set(err, EC_UNSUPPORTED, "critical header: \"%s\" is not known",
				       shown);
		}
		if ((seen & bit) || !json_object_get(at->value, name))
			return err_set(err, EC_CORRUPT,
				       "critical header: \"%s\" is listed twice, or not there",
				       name);
		seen |= bit;
	}
	if (!(seen & 1) || (json_object_get(at->value, EXPIRY) && !(seen & 2)))
		return err_set(err, EC_CORRUPT,
			       "critical header: the signing scheme or the expiry is not listed");
	return 0;
}

static int read_time(const struct js_at *at, const char *name, int64_t *out, struct err *err)
{
	struct js_at place = js_member(at, name);
	const char *text = NULL;
	int64_t time;

	if (js_get_text(at, name, &text, err) < 0)
		return -1;
	if (!text)
		return 0;
	time = clock_parse_rfc3339(text);
	if (time <= 0)
		return sign_bad(&place, err, "not a time (RFC 3339)");
	*out = time;
	return 0;
}

static int read_algorithm(const struct js_at *at, struct sign_jws *out, struct err *err)
{
	AUTO(free) char *shown = NULL;

	if (js_need_text(at, "alg", &out->algorithm, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		if (strcmp(out->algorithm, algorithms[i].name) != 0)
			continue;
		out->scheme = algorithms[i].scheme;
		out->is_ecdsa = algorithms[i].is_ecdsa;
		out->curve = algorithms[i].curve;
		return 0;
	}
	shown = text_printable(out->algorithm, strnlen(out->algorithm, 40));
	return err_set(err, EC_UNTRUSTED, "algorithm: \"%s\" is none of notation's", shown);
}

static int read_protected(const struct js_at *at, struct sign_jws *out, struct err *err)
{
	const char *type, *scheme;

	if (check_critical(at, err) < 0 || read_algorithm(at, out, err) < 0 ||
	    js_need_text(at, "cty", &type, err) < 0 || js_need_text(at, SCHEME, &scheme, err) < 0 ||
	    read_time(at, SIGNING_TIME, &out->signing_time, err) < 0 ||
	    read_time(at, EXPIRY, &out->expiry, err) < 0)
		return -1;
	if (strcmp(type, CONTENT_TYPE) != 0)
		return err_set(err, EC_CORRUPT, WHAT ": it does not hold a payload of notation's");
	if (strcmp(scheme, "notary.x509") != 0)
		return err_set(err, EC_UNSUPPORTED, WHAT ": its signing scheme is not notary.x509");
	return out->signing_time ? 0 : err_set(err, EC_CORRUPT, "signing time: there is none");
}

static int read_envelope(const struct js_at *at, struct sign_jws *out, struct err *err)
{
	static const char *const names[] = { "payload", "protected", "header", "signature", NULL };
	const char *payload, *protected, *signature;
	struct js_at header;

	if (js_is_object(at, err) < 0 || sign_only_members(at, names, err) < 0 ||
	    js_need_text(at, "payload", &payload, err) < 0 ||
	    js_need_text(at, "protected", &protected, err) < 0 ||
	    js_need_text(at, "signature", &signature, err) < 0 ||
	    decode_json(protected, "protected", &out->protected_json, err) < 0)
		return -1;
	header = JS_ROOT(out->protected_json, WHAT);
	out->signature.max = LIMIT_SIGNATURE;
	out->signed_bytes.max = 3 * (size_t)LIMIT_SIGNED;
	out->chain = sign_x509_list_new();
	if (read_protected(&header, out, err) < 0 ||
	    decode_json(payload, "payload", &out->payload_json, err) < 0 ||
	    decode_base64url(span_of(signature), "signature", &out->signature, err) < 0 ||
	    read_certificates(at, out->chain, err) < 0)
		return -1;
	str_addf(&out->signed_bytes, "%s.%s", protected, payload);
	return str_check(&out->signed_bytes, WHAT, err);
}

int sign_jws_read(struct span text, struct sign_jws *out, struct err *err)
{
	AUTO(sign_jws) struct sign_jws jws = { 0 };
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (text.len > LIMIT_MANIFEST)
		return err_set(err, EC_CORRUPT, WHAT ": more than %u bytes", LIMIT_MANIFEST);
	if (sign_parse_json(text, WHAT, &json, err) < 0)
		return -1;
	at = JS_ROOT(json, WHAT);
	if (read_envelope(&at, &jws, err) < 0)
		return -1;
	*out = jws;
	jws = (struct sign_jws){ 0 };
	return 0;
}
