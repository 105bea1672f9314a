// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* From the texts that keys come in to keys. */
#include <openssl/err.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/secret.h"
#include "sign/key.h"
#include "sign/openssl.h"
#include "sign/pem.h"

typedef int decrypt_function(struct span text, struct span passphrase, const char *what,
			     struct str *out, struct err *err);
typedef EVP_PKEY *decode_function(struct span der);

/* *at is where decoding ended: anything after that makes it no key. */
static EVP_PKEY *whole(EVP_PKEY *pkey, const unsigned char **at, struct span der)
{
	if (pkey && (const char *)*at == der.data + der.len)
		return pkey;
	EVP_PKEY_free(pkey);
	return NULL;
}

static EVP_PKEY *decode_sec1(struct span der)
{
	const unsigned char *at = (const unsigned char *)der.data;

	return whole(d2i_PrivateKey(EVP_PKEY_EC, NULL, &at, der.len), &at, der);
}

static EVP_PKEY *decode_rsa(struct span der)
{
	const unsigned char *at = (const unsigned char *)der.data;

	return whole(d2i_PrivateKey(EVP_PKEY_RSA, NULL, &at, der.len), &at, der);
}

static EVP_PKEY *decode_pkcs8(struct span der)
{
	const unsigned char *at = (const unsigned char *)der.data;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, der.len);
	EVP_PKEY *pkey = info ? EVP_PKCS82PKEY(info) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	return whole(pkey, &at, der);
}

static EVP_PKEY *decode_spki(struct span der)
{
	const unsigned char *at = (const unsigned char *)der.data;

	return whole(d2i_PUBKEY(NULL, &at, der.len), &at, der);
}

static EVP_PKEY *decode_rsa_public(struct span der)
{
	const unsigned char *at = (const unsigned char *)der.data;

	return whole(d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, der.len), &at, der);
}

static EVP_PKEY *decode_certificate(struct span der)
{
	const unsigned char *at = (const unsigned char *)der.data;
	AUTO(x509) X509 *certificate = d2i_X509(NULL, &at, der.len);

	return whole(certificate ? X509_get_pubkey(certificate) : NULL, &at, der);
}

/* Of PEM labels. Those that are encrypted have no decoder: PKCS#8 comes out of them. */
static const struct kind {
	const char *label;
	bool is_private;
	decode_function *decode;
	decrypt_function *decrypt;
} kinds[] = {
	{ "PUBLIC KEY", false, decode_spki, NULL },
	{ "CERTIFICATE", false, decode_certificate, NULL },
	{ "RSA PUBLIC KEY", false, decode_rsa_public, NULL },
	{ "PRIVATE KEY", true, decode_pkcs8, NULL },
	{ "EC PRIVATE KEY", true, decode_sec1, NULL },
	{ "RSA PRIVATE KEY", true, decode_rsa, NULL },
	{ "ENCRYPTED PRIVATE KEY", true, NULL, sign_pkcs8_decrypt },
	{ "ENCRYPTED SIGSTORE PRIVATE KEY", true, NULL, sign_cosign_decrypt },
	{ "ENCRYPTED COSIGN PRIVATE KEY", true, NULL, sign_cosign_decrypt },
};

static const struct kind *find_kind(const char *label)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].label, label))
			return &kinds[i];
	return NULL;
}

int sign_cannot_decrypt(const char *what, struct err *err)
{
	ERR_clear_error();
	return err_set(err, EC_DENIED, "%s: the passphrase is wrong, or the file is damaged", what);
}

/* Of a key that was decrypted, nothing of what is in it is told unless it is a key. */
static int read_encrypted(const struct kind *kind, struct span body, const char *what,
			  const struct sign_passphrase *passphrase, struct sign_key **out,
			  struct err *err)
{
	AUTO(secret) struct str words = STR_MAX(LIMIT_SECRET);
	AUTO(secret) struct str der = STR_MAX(LIMIT_KEY);
	EVP_PKEY *pkey;

	if (!passphrase)
		return err_set(err, EC_DENIED,
			       "%s: the key is encrypted, and no passphrase was given", what);
	(void)!str_room(&words, 1024);
	(void)!str_room(&der, body.len);
	if (passphrase->get(passphrase->context, what, &words, err) < 0 ||
	    str_check(&words, "the passphrase", err) < 0 ||
	    kind->decrypt(body, (struct span){ str_text(&words), words.len }, what, &der, err) < 0)
		return -1;
	pkey = decode_pkcs8((struct span){ str_text(&der), der.len });
	return pkey ? sign_key_adopt(pkey, true, what, out, err) : sign_cannot_decrypt(what, err);
}

/* The first block that is no addition to a key: "EC PARAMETERS" stands before SEC1. */
static int next_block(struct span text, const char *what, struct sign_pem *out, struct err *err)
{
	bool has_one;

	if (text.len > LIMIT_KEY * 4)
		return err_set(err, EC_CORRUPT, "%s: too large for a key", what);
	do {
		sign_pem_done(out);
		if (sign_pem_next(&text, what, out, &has_one, err) < 0)
			return -1;
		if (!has_one)
			return err_set(err, EC_CORRUPT, "%s: not a key: there is no PEM in it",
				       what);
	} while (!strcmp(out->label, "EC PARAMETERS"));
	return 0;
}

static int read_block(const struct sign_pem *pem, const char *what,
		      const struct sign_passphrase *passphrase, struct sign_key **out,
		      struct err *err)
{
	const struct span body = { str_text(&pem->body), pem->body.len };
	const struct kind *kind = find_kind(pem->label);
	AUTO(free) char *shown = NULL;

	if (kind && kind->decrypt)
		return read_encrypted(kind, body, what, passphrase, out, err);
	if (kind)
		return sign_key_adopt(kind->decode(body), kind->is_private, what, out, err);
	shown = text_printable(pem->label, strlen(pem->label));
	return err_set(err, EC_UNSUPPORTED, "%s: a PEM block '%s' is no key that epm takes", what,
		       shown);
}

int sign_key_read(struct span pem, const char *what, const struct sign_passphrase *passphrase,
		  struct sign_key **out, struct err *err)
{
	AUTO(sign_pem) struct sign_pem block = { 0 };

	if (next_block(pem, what, &block, err) < 0)
		return -1;
	return read_block(&block, what, passphrase, out, err);
}

int sign_key_read_public(struct span pem, const char *what, struct sign_key **out, struct err *err)
{
	AUTO(sign_pem) struct sign_pem block = { 0 };
	const struct kind *kind;

	if (next_block(pem, what, &block, err) < 0)
		return -1;
	kind = find_kind(block.label);
	if (kind && kind->is_private) {
		err_set(err, EC_USAGE, "%s is a private key", what);
		return err_hint(err, "'epm key public %s' prints its public key", what);
	}
	return read_block(&block, what, NULL, out, err);
}

int sign_key_from_spki(struct span der, const char *what, struct sign_key **out, struct err *err)
{
	if (der.len > LIMIT_KEY)
		return err_set(err, EC_CORRUPT, "%s: too large for a key", what);
	return sign_key_adopt(decode_spki(der), false, what, out, err);
}

int sign_key_from_pkcs8(struct span der, const char *what, struct sign_key **out, struct err *err)
{
	return sign_key_adopt(decode_pkcs8(der), true, what, out, err);
}
