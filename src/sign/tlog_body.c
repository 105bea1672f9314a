// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * The bodies of log entries, by kind and version: Rekor's types dsse 0.0.1, hashedrekord 0.0.1 and
 * intoto 0.0.2, and those of its version 2, dsse and hashedrekord 0.0.2. Each says what was signed,
 * the signature and whose it is, each in its own way.
 */
#include "base/alloc.h"
#include "base/base64.h"
#include "base/limits.h"
#include "sign/member.h"
#include "sign/openssl.h"
#include "sign/pem.h"
#include "sign/tlog.h"

typedef int body_reader(const struct js_at *spec, const struct sign_logged *logged,
			struct err *err);

static int differs(struct err *err, const char *what)
{
	return err_set(err, EC_UNTRUSTED, "log entry: it is about another %s", what);
}

static bool is_same(const struct str *bytes, struct span other)
{
	return bytes->len == other.len && memcmp(bytes->data, other.data, other.len) == 0;
}

/* name: as Rekor 1 ("sha256") or 2 ("SHA2_256") has it */
static const EVP_MD *digest_of_name(const char *name)
{
	static const struct {
		const char *name, *other;
		const EVP_MD *(*md)(void);
	} list[] = {
		{ "sha256", "SHA2_256", EVP_sha256 },
		{ "sha384", "SHA2_384", EVP_sha384 },
		{ "sha512", "SHA2_512", EVP_sha512 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (strcmp(name, list[i].name) == 0 || strcmp(name, list[i].other) == 0)
			return list[i].md();
	return NULL;
}

static int check_digest(const char *algorithm, struct span digest, bool is_hex, struct span bytes,
			struct err *err)
{
	const EVP_MD *md = digest_of_name(algorithm);
	uint8_t hash[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	struct span found = { (char *)hash, 0 };
	unsigned int size;

	if (!md)
		return err_set(err, EC_UNTRUSTED, "log entry: its hash is not SHA-256, -384, -512");
	if (EVP_Digest(bytes.data, bytes.len, hash, &size, md, NULL) != 1)
		return sign_ssl_failed(err, EC_FAILED, "log entry: hash");
	found.len = size;
	if (is_hex) {
		hex_encode(hash, size, hex);
		found = (struct span){ hex, 2 * (size_t)size };
	}
	if (found.len != digest.len || memcmp(found.data, digest.data, digest.len) != 0)
		return differs(err, "payload: the hash is not that of what was signed");
	return 0;
}

/* {"algorithm":"sha256","value":HEX} */
static int check_hash_v1(const struct js_at *at, const char *name, struct span bytes,
			 struct err *err)
{
	const char *algorithm, *value;
	struct js_at hash;

	if (sign_need_object(at, name, &hash, err) < 0 ||
	    js_need_text(&hash, "algorithm", &algorithm, err) < 0 ||
	    js_need_text(&hash, "value", &value, err) < 0)
		return -1;
	return check_digest(algorithm, span_of(value), true, bytes, err);
}

/* {"algorithm":"SHA2_256","digest":BASE64} */
static int check_hash_v2(const struct js_at *at, const char *name, struct span bytes,
			 struct err *err)
{
	AUTO(str) struct str digest = STR_MAX(0);
	const char *algorithm;
	struct js_at hash;

	if (sign_need_object(at, name, &hash, err) < 0 ||
	    js_need_text(&hash, "algorithm", &algorithm, err) < 0 ||
	    sign_need_bytes(&hash, "digest", EVP_MAX_MD_SIZE, &digest, err) < 0)
		return -1;
	return check_digest(algorithm, (struct span){ digest.data, digest.len }, false, bytes, err);
}

static int check_signature(const struct js_at *at, const char *name,
			   const struct sign_logged *logged, struct err *err)
{
	AUTO(str) struct str signature = STR_MAX(0);

	if (sign_need_bytes(at, name, LIMIT_SIGNATURE, &signature, err) < 0)
		return -1;
	return is_same(&signature, logged->signature) ? 0 : differs(err, "signature");
}

/* PEM of a certificate or a key, in base64. */
static int check_signer_v1(const struct js_at *at, const char *name,
			   const struct sign_logged *logged, struct err *err)
{
	AUTO(sign_pem) struct sign_pem pem = { .body = STR_MAX(0) };
	AUTO(str) struct str text = STR_MAX(0);
	bool has_one;
	struct span rest;

	if (sign_need_bytes(at, name, 2 * LIMIT_KEY, &text, err) < 0)
		return -1;
	rest = (struct span){ text.data, text.len };
	if (sign_pem_next(&rest, "log entry", &pem, &has_one, err) < 0)
		return -1;
	if (!has_one || !is_same(&pem.body, logged->signer))
		return differs(err, "certificate or key");
	return 0;
}

/* {"x509Certificate":{"rawBytes":…}} or {"publicKey":{"rawBytes":…}} */
static int check_signer_v2(const struct js_at *at, const struct sign_logged *logged,
			   struct err *err)
{
	AUTO(str) struct str der = STR_MAX(0);
	struct js_at verifier, key;

	if (sign_need_object(at, "verifier", &verifier, err) < 0 ||
	    js_get_object(&verifier, "x509Certificate", &key, err) < 0 ||
	    (!key.value && sign_need_object(&verifier, "publicKey", &key, err) < 0) ||
	    sign_need_bytes(&key, "rawBytes", LIMIT_KEY, &der, err) < 0)
		return -1;
	return is_same(&der, logged->signer) ? 0 : differs(err, "certificate or key");
}

/* The only signature of the list. */
static int one_signature(const struct js_at *at, struct js_at *list, struct js_at *out,
			 struct err *err)
{
	size_t n = 0;

	if (sign_get_array(at, "signatures", LIMIT_SIGNATURES, list, &n, err) < 0)
		return -1;
	if (n != 1)
		return err_set(err, EC_UNTRUSTED, "log entry: %zu signatures instead of one", n);
	*out = js_element(list, 0);
	return 0;
}

static int needs_envelope(const struct sign_logged *logged, struct err *err)
{
	if (logged->payload)
		return 0;
	return err_set(err, EC_UNTRUSTED, "log entry: it is about a DSSE envelope, this is none");
}

static int read_dsse_v1(const struct js_at *spec, const struct sign_logged *logged, struct err *err)
{
	struct js_at list, signature;

	if (needs_envelope(logged, err) < 0 ||
	    check_hash_v1(spec, "payloadHash",
			  (struct span){ logged->payload->data, logged->payload->len }, err) < 0 ||
	    one_signature(spec, &list, &signature, err) < 0 ||
	    check_signature(&signature, "signature", logged, err) < 0)
		return -1;
	return check_signer_v1(&signature, "verifier", logged, err);
}

static int read_dsse_v2(const struct js_at *spec, const struct sign_logged *logged, struct err *err)
{
	struct js_at dsse, list, signature;

	if (needs_envelope(logged, err) < 0 || sign_need_object(spec, "dsseV002", &dsse, err) < 0 ||
	    check_hash_v2(&dsse, "payloadHash",
			  (struct span){ logged->payload->data, logged->payload->len }, err) < 0 ||
	    one_signature(&dsse, &list, &signature, err) < 0 ||
	    check_signature(&signature, "content", logged, err) < 0)
		return -1;
	return check_signer_v2(&signature, logged, err);
}

static int read_hashed_v1(const struct js_at *spec, const struct sign_logged *logged,
			  struct err *err)
{
	struct js_at data, signature, key;

	if (sign_need_object(spec, "data", &data, err) < 0 ||
	    check_hash_v1(&data, "hash", logged->signed_bytes, err) < 0 ||
	    sign_need_object(spec, "signature", &signature, err) < 0 ||
	    check_signature(&signature, "content", logged, err) < 0 ||
	    sign_need_object(&signature, "publicKey", &key, err) < 0)
		return -1;
	return check_signer_v1(&key, "content", logged, err);
}

static int read_hashed_v2(const struct js_at *spec, const struct sign_logged *logged,
			  struct err *err)
{
	struct js_at hashed, signature;

	if (sign_need_object(spec, "hashedRekordV002", &hashed, err) < 0 ||
	    check_hash_v2(&hashed, "data", logged->signed_bytes, err) < 0 ||
	    sign_need_object(&hashed, "signature", &signature, err) < 0 ||
	    check_signature(&signature, "content", logged, err) < 0)
		return -1;
	return check_signer_v2(&signature, logged, err);
}

/* Base64 of the base64 that stands in the envelope. */
static int check_intoto_signature(const struct js_at *at, const struct sign_logged *logged,
				  struct err *err)
{
	AUTO(str) struct str text = STR_MAX(0);
	AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);

	if (sign_need_bytes(at, "sig", 2 * LIMIT_SIGNATURE, &text, err) < 0)
		return -1;
	if (base64_decode((struct span){ text.data, text.len }, &signature, err) < 0)
		return err_wrap(err, "log entry: signature");
	return is_same(&signature, logged->signature) ? 0 : differs(err, "signature");
}

static int read_intoto(const struct js_at *spec, const struct sign_logged *logged, struct err *err)
{
	struct js_at content, envelope, list, signature;

	if (needs_envelope(logged, err) < 0 ||
	    sign_need_object(spec, "content", &content, err) < 0 ||
	    check_hash_v1(&content, "payloadHash",
			  (struct span){ logged->payload->data, logged->payload->len }, err) < 0 ||
	    sign_need_object(&content, "envelope", &envelope, err) < 0 ||
	    one_signature(&envelope, &list, &signature, err) < 0 ||
	    check_intoto_signature(&signature, logged, err) < 0)
		return -1;
	return check_signer_v1(&signature, "publicKey", logged, err);
}

static const struct {
	const char *kind, *version;
	body_reader *read;
} kinds[] = {
	{ "dsse", "0.0.1", read_dsse_v1 },	     { "dsse", "0.0.2", read_dsse_v2 },
	{ "hashedrekord", "0.0.1", read_hashed_v1 }, { "hashedrekord", "0.0.2", read_hashed_v2 },
	{ "intoto", "0.0.2", read_intoto },
};

static int read_body(const struct js_at *at, const struct sign_tlog_entry *entry,
		     const struct sign_logged *logged, struct err *err)
{
	AUTO(free) char *shown = NULL;
	const char *kind, *version;
	struct js_at spec;

	if (js_is_object(at, err) < 0 || js_need_text(at, "kind", &kind, err) < 0 ||
	    js_need_text(at, "apiVersion", &version, err) < 0 ||
	    sign_need_object(at, "spec", &spec, err) < 0)
		return -1;
	if (entry->kind && (strcmp(kind, entry->kind) != 0 || strcmp(version, entry->version) != 0))
		return err_set(err, EC_UNTRUSTED,
			       "log entry: its kind is not what the bundle says");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kind, kinds[i].kind) == 0 && strcmp(version, kinds[i].version) == 0)
			return kinds[i].read(&spec, logged, err);
	shown = text_printable(kind, strnlen(kind, 60));
	return err_set(err, EC_UNSUPPORTED, "log entry: the kind \"%s\" is not known", shown);
}

int sign_tlog_body_verify(const struct sign_tlog_entry *entry, const struct sign_logged *logged,
			  struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (sign_parse_json((struct span){ entry->body.data, entry->body.len }, "log entry", &json,
			    err) < 0)
		return -1;
	at = JS_ROOT(json, "log entry");
	return read_body(&at, entry, logged, err);
}
