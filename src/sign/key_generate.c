// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/key_generate.h"

#include <openssl/ec.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include "base/limits.h"
#include "sign/openssl.h"
#include "sign/pem.h"

#define PBKDF2_ROUNDS 600000 /* OWASP's Password Storage Cheat Sheet, 2023 */
#define SALT_BYTES 16

AUTO_POINTER(info, PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);

static EVP_PKEY *generate(enum sign_key_type type)
{
	switch (type) {
	case SIGN_ECDSA_P256:
		return EVP_EC_gen("P-256");
	case SIGN_ECDSA_P384:
		return EVP_EC_gen("P-384");
	case SIGN_ECDSA_P521:
		return EVP_EC_gen("P-521");
	case SIGN_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case SIGN_RSA:
		return EVP_RSA_gen(SIGN_RSA_BITS);
	}
	return NULL;
}

int sign_key_generate(enum sign_key_type type, struct sign_key **out, struct err *err)
{
	EVP_PKEY *pkey = generate(type);

	if (!pkey)
		return sign_ssl_failed(err, EC_FAILED, "cannot make a key");
	return sign_key_adopt(pkey, true, "a new key", out, err);
}

/* Writes the DER of PKCS#8 with a passphrase. */
static int encrypt(PKCS8_PRIV_KEY_INFO *info, struct span passphrase, unsigned char **out_der,
		   int *out_size, struct err *err)
{
	X509_ALGOR *algorithm = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), PBKDF2_ROUNDS, NULL,
						  SALT_BYTES, NULL, NID_hmacWithSHA256);
	X509_SIG *sig = NULL;

	if (algorithm)
		sig = PKCS8_set0_pbe(passphrase.data, passphrase.len, info, algorithm);
	if (!sig) {
		X509_ALGOR_free(algorithm);
		return sign_ssl_failed(err, EC_FAILED, "cannot encrypt the key");
	}
	*out_size = i2d_X509_SIG(sig, out_der);
	X509_SIG_free(sig);
	return 0;
}

int sign_key_private_pem(const struct sign_key *key, const struct span *passphrase, struct str *out,
			 struct err *err)
{
	AUTO(info) PKCS8_PRIV_KEY_INFO *info = NULL;
	unsigned char *der = NULL;
	int size = 0;

	if (!key->is_private)
		return err_set(err, EC_USAGE, "a public key has no private half");
	info = EVP_PKEY2PKCS8(key->pkey);
	if (!info)
		return sign_ssl_failed(err, EC_FAILED, "cannot write the key");
	if (passphrase && encrypt(info, *passphrase, &der, &size, err) < 0)
		return -1;
	if (!passphrase)
		size = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	if (size <= 0)
		return sign_ssl_failed(err, EC_FAILED, "cannot write the key");
	sign_pem_write(passphrase ? "ENCRYPTED PRIVATE KEY" : "PRIVATE KEY", der, size, out);
	OPENSSL_clear_free(der, size);
	return str_check(out, "the key", err);
}
