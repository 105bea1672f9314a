// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/sct.h"

#include <openssl/x509v3.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "sign/certificate.h"
#include "sign/openssl.h"
#include "sign/signature.h"

#define OID_SCTS "1.3.6.1.4.1.11129.2.4.2"
#define SCT_V1 0
#define HASH_SHA256 4 /* RFC 5246 7.4.1.4.1 */
#define SIGNED_BY_RSA 1
#define SIGNED_BY_ECDSA 3
#define LOG_ID_SIZE 32

AUTO_POINTER(octets, ASN1_OCTET_STRING, ASN1_OCTET_STRING_free);

struct sct {
	struct str log_id; /* borrowed */
	uint64_t time_ms;
	struct span extensions;
	unsigned int hash, algorithm;
	struct span signature;
};

/* What is the same for each of them. */
struct subject {
	uint8_t issuer_hash[HASH_SIZE];
	struct str tbs; /* without the extension */
};

static int refused(struct err *err, enum err_code code, const char *why)
{
	return err_set(err, code, "certificate timestamp (SCT): %s", why);
}

static bool take(struct span *rest, size_t n, struct span *out)
{
	if (rest->len < n)
		return false;
	*out = (struct span){ rest->data, n };
	*rest = (struct span){ rest->data + n, rest->len - n };
	return true;
}

static bool take_number(struct span *rest, size_t n_bytes, uint64_t *out)
{
	struct span bytes;

	if (!take(rest, n_bytes, &bytes))
		return false;
	*out = 0;
	for (size_t i = 0; i < n_bytes; i++)
		*out = *out << 8 | (uint8_t)bytes.data[i];
	return true;
}

/* A vector of TLS with a length of two bytes. */
static bool take_vector(struct span *rest, struct span *out)
{
	uint64_t n;

	return take_number(rest, 2, &n) && take(rest, n, out);
}

/* RFC 6962 3.2; false for one that cannot be read or is of another version. */
static bool read_sct(struct span text, struct sct *out)
{
	uint64_t version, hash, algorithm;
	struct span id;

	if (!take_number(&text, 1, &version) || version != SCT_V1 ||
	    !take(&text, LOG_ID_SIZE, &id) || !take_number(&text, 8, &out->time_ms) ||
	    !take_vector(&text, &out->extensions) || !take_number(&text, 1, &hash) ||
	    !take_number(&text, 1, &algorithm) || !take_vector(&text, &out->signature))
		return false;
	out->log_id = (struct str){ .data = (char *)id.data, .len = id.len };
	out->hash = hash;
	out->algorithm = algorithm;
	return !text.len && out->time_ms <= INT64_MAX;
}

static void add_number(struct str *out, uint64_t value, size_t n_bytes)
{
	while (n_bytes--)
		str_addc(out, (char)(value >> (8 * n_bytes)));
}

/* RFC 6962 3.2, "digitally-signed" of a precert_entry. */
static int verify_sct(const struct sct *sct, const struct sign_log *log,
		      const struct subject *subject, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_KEY + 65536);
	AUTO(sign_key) struct sign_key *key = NULL;
	enum sign_scheme scheme;

	if (sct->hash != HASH_SHA256 ||
	    (sct->algorithm != SIGNED_BY_ECDSA && sct->algorithm != SIGNED_BY_RSA))
		return refused(err, EC_UNTRUSTED, "not signed by ECDSA or RSA with SHA-256");
	scheme = sct->algorithm == SIGNED_BY_RSA ? SIGN_RSA_PKCS1_SHA256 : SIGN_ECDSA_SHA256;
	if (!sign_period_covers(&log->valid, (int64_t)(sct->time_ms / 1000)))
		return refused(err, EC_UNTRUSTED, "the key of its log was not valid then");
	if (sign_key_from_spki((struct span){ log->key.data, log->key.len }, "log", &key, err) < 0)
		return err_wrap(err, "certificate timestamp (SCT)");
	add_number(&text, 0, 2); /* version, certificate_timestamp */
	add_number(&text, sct->time_ms, 8);
	add_number(&text, 1, 2); /* precert_entry */
	str_add(&text, subject->issuer_hash, HASH_SIZE);
	add_number(&text, subject->tbs.len, 3);
	str_add(&text, subject->tbs.data, subject->tbs.len);
	add_number(&text, sct->extensions.len, 2);
	str_add(&text, sct->extensions.data, sct->extensions.len);
	if (str_check(&text, "certificate timestamp (SCT)", err) < 0)
		return -1;
	if (sign_verify(key, scheme, (struct span){ text.data, text.len }, sct->signature, err) < 0)
		return refused(err, EC_UNTRUSTED, "the signature is not that of the log");
	return 0;
}

static int subject_make(X509 *certificate, X509 *issuer, struct subject *out, struct err *err)
{
	AUTO(x509) X509 *copy = X509_dup(certificate);
	unsigned char *der = NULL;
	int at, size;

	size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &der);
	if (size > 0)
		hash_of(der, (size_t)size, out->issuer_hash);
	OPENSSL_free(der);
	der = NULL;
	at = copy ? X509_get_ext_by_NID(copy, NID_ct_precert_scts, -1) : -1;
	if (size <= 0 || at < 0)
		return sign_ssl_failed(err, EC_FAILED, "certificate timestamp (SCT)");
	X509_EXTENSION_free(X509_delete_ext(copy, at));
	size = i2d_re_X509_tbs(copy, &der);
	if (size <= 0)
		return sign_ssl_failed(err, EC_FAILED, "certificate timestamp (SCT)");
	str_add(&out->tbs, der, (size_t)size);
	OPENSSL_free(der);
	return 0;
}

/* The list inside the octet string inside the extension. */
static int read_list(struct span value, struct str *out, struct err *err)
{
	const unsigned char *p = (const unsigned char *)value.data;
	AUTO(octets) ASN1_OCTET_STRING *octets = d2i_ASN1_OCTET_STRING(NULL, &p, (long)value.len);
	struct span text, list;

	ERR_clear_error();
	if (!octets || p != (const unsigned char *)value.data + value.len)
		return refused(err, EC_CORRUPT, "the extension cannot be read");
	text = (struct span){ (const char *)ASN1_STRING_get0_data(octets),
			      (size_t)ASN1_STRING_length(octets) };
	if (!take_vector(&text, &list) || text.len)
		return refused(err, EC_CORRUPT, "the list cannot be read");
	str_add(out, list.data, list.len);
	return 0;
}

/* Each of the list by the log that it names; the first that is good will do. */
static int verify_list(struct span rest, const struct sign_trusted_root *root,
		       const struct subject *subject, struct err *err)
{
	const struct sign_log *log;
	bool has_known = false;
	struct span text;
	struct sct sct;

	while (rest.len) {
		if (!take_vector(&rest, &text))
			return refused(err, EC_CORRUPT, "the list cannot be read");
		if (!read_sct(text, &sct))
			continue;
		log = sign_log_find(root->ctlogs, root->n_ctlogs, &sct.log_id,
				    (int64_t)(sct.time_ms / 1000));
		if (!log)
			continue;
		has_known = true;
		if (verify_sct(&sct, log, subject, err) == 0)
			return 0;
	}
	return has_known ? -1
			 : refused(err, EC_UNTRUSTED,
				   "none is by a certificate log of the trusted root");
}

int sign_sct_verify(X509 *certificate, X509 *issuer, const struct sign_trusted_root *root,
		    struct err *err)
{
	struct subject subject = { .tbs = STR_MAX(2 * LIMIT_KEY) };
	AUTO(str) struct str list = STR_MAX(LIMIT_KEY);
	struct span value;
	int rc;

	if (sign_x509_extension(certificate, OID_SCTS, &value, err) < 0)
		return -1;
	if (!value.data)
		return refused(err, EC_UNTRUSTED, "the certificate has none");
	if (read_list(value, &list, err) < 0 ||
	    subject_make(certificate, issuer, &subject, err) < 0)
		return -1;
	rc = verify_list((struct span){ list.data, list.len }, root, &subject, err);
	str_done(&subject.tbs);
	return rc;
}
