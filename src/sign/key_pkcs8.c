// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* PKCS#8 with a passphrase, RFC 5958 section 3, PBES2 of RFC 8018 only. */
#include <openssl/pkcs12.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "sign/openssl.h"

#define PKCS8_SCRYPT_MEMORY (32u << 20) /* OpenSSL gives scrypt no more in PKCS#8 */

static void free_sig(X509_SIG *sig)
{
	X509_SIG_free(sig);
}
AUTO_POINTER(sig, X509_SIG, free_sig);
AUTO_POINTER(pbe2, PBE2PARAM, PBE2PARAM_free);

static uint64_t number_of(const ASN1_INTEGER *integer)
{
	uint64_t value = 0;

	return integer && ASN1_INTEGER_get_uint64(&value, integer) == 1 ? value : UINT64_MAX;
}

static int too_costly(const char *what, struct err *err)
{
	return err_set(err, EC_UNSUPPORTED,
		       "%s: trying a passphrase would take too much time or memory", what);
}

static int check_pbkdf2(const X509_ALGOR *kdf, const char *what, struct err *err)
{
	PBKDF2PARAM *param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), kdf->parameter);
	uint64_t rounds = param ? number_of(param->iter) : 0;

	PBKDF2PARAM_free(param);
	if (!rounds)
		return sign_ssl_failed(err, EC_CORRUPT, "%s: malformed PKCS#8", what);
	return rounds <= LIMIT_PBKDF2_ROUNDS ? 0 : too_costly(what, err);
}

static int check_scrypt(const X509_ALGOR *kdf, const char *what, struct err *err)
{
	SCRYPT_PARAMS *param =
		ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), kdf->parameter);
	uint64_t n, r, p;

	if (!param)
		return sign_ssl_failed(err, EC_CORRUPT, "%s: malformed PKCS#8", what);
	n = number_of(param->costParameter);
	r = number_of(param->blockSize);
	p = number_of(param->parallelizationParameter);
	SCRYPT_PARAMS_free(param);
	if (n > LIMIT_SCRYPT_N || p > LIMIT_SCRYPT_P || r > PKCS8_SCRYPT_MEMORY / 128 ||
	    128 * r * (n + 2 + p) > PKCS8_SCRYPT_MEMORY)
		return too_costly(what, err);
	return 0;
}

static bool is_cipher_taken(int nid)
{
	return nid == NID_aes_256_cbc || nid == NID_aes_192_cbc || nid == NID_aes_128_cbc ||
	       nid == NID_des_ede3_cbc;
}

static int check_algorithm(const X509_ALGOR *algorithm, const char *what, struct err *err)
{
	AUTO(pbe2) PBE2PARAM *param = NULL;
	int kdf;

	if (OBJ_obj2nid(algorithm->algorithm) == NID_pbes2)
		param = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
	kdf = param ? OBJ_obj2nid(param->keyfunc->algorithm) : NID_undef;
	if (param && is_cipher_taken(OBJ_obj2nid(param->encryption->algorithm))) {
		if (kdf == NID_id_pbkdf2)
			return check_pbkdf2(param->keyfunc, what, err);
		if (kdf == NID_id_scrypt)
			return check_scrypt(param->keyfunc, what, err);
	}
	ERR_clear_error();
	err_set(err, EC_UNSUPPORTED, "%s: encrypted in a way that epm does not have", what);
	return err_hint(err, "'openssl pkcs8 -topk8 -in %s' encrypts it in a newer way", what);
}

int sign_pkcs8_decrypt(struct span der, struct span passphrase, const char *what, struct str *out,
		       struct err *err)
{
	const unsigned char *at = (const unsigned char *)der.data;
	AUTO(sig) X509_SIG *sig = d2i_X509_SIG(NULL, &at, der.len);
	const ASN1_OCTET_STRING *secret;
	const X509_ALGOR *algorithm;
	unsigned char *plain = NULL;
	int size = 0;

	if (!sig || (const char *)at != der.data + der.len)
		return sign_ssl_failed(err, EC_CORRUPT, "%s: malformed PKCS#8", what);
	X509_SIG_get0(sig, &algorithm, &secret);
	if (check_algorithm(algorithm, what, err) < 0)
		return -1;
	if (!PKCS12_pbe_crypt(algorithm, passphrase.data, passphrase.len, secret->data,
			      secret->length, &plain, &size, 0))
		return sign_cannot_decrypt(what, err);
	str_add(out, plain, size);
	OPENSSL_clear_free(plain, size);
	return str_check(out, what, err);
}
