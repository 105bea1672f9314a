// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/signature.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "sign/openssl.h"
#include "sign/sodium.h"

static const struct scheme {
	const char *hash; /* NULL: what is signed is not hashed first */
	bool is_ecdsa, is_rsa, is_pss;
} schemes[] = {
	[SIGN_ECDSA_SHA256] = { "SHA256", .is_ecdsa = true },
	[SIGN_ECDSA_SHA384] = { "SHA384", .is_ecdsa = true },
	[SIGN_ECDSA_SHA512] = { "SHA512", .is_ecdsa = true },
	[SIGN_RSA_PKCS1_SHA256] = { "SHA256", .is_rsa = true },
	[SIGN_RSA_PKCS1_SHA384] = { "SHA384", .is_rsa = true },
	[SIGN_RSA_PKCS1_SHA512] = { "SHA512", .is_rsa = true },
	[SIGN_RSA_PSS_SHA256] = { "SHA256", .is_rsa = true, .is_pss = true },
	[SIGN_RSA_PSS_SHA384] = { "SHA384", .is_rsa = true, .is_pss = true },
	[SIGN_RSA_PSS_SHA512] = { "SHA512", .is_rsa = true, .is_pss = true },
	[SIGN_EDDSA] = { .is_ecdsa = false },
};

/* OCI.md 4 of the reference: cosign's table, tried out */
static enum sign_scheme scheme_of(const struct sign_key *key)
{
	switch (key->type) {
	case SIGN_ECDSA_P256:
		return SIGN_ECDSA_SHA256;
	case SIGN_ECDSA_P384:
		return SIGN_ECDSA_SHA384;
	case SIGN_ECDSA_P521:
		return SIGN_ECDSA_SHA512;
	case SIGN_RSA:
		return SIGN_RSA_PKCS1_SHA256;
	case SIGN_ED25519:
		break;
	}
	return SIGN_EDDSA;
}

static bool belongs(const struct sign_key *key, const struct scheme *scheme)
{
	switch (key->type) {
	case SIGN_RSA:
		return scheme->is_rsa;
	case SIGN_ED25519:
		return !scheme->hash;
	default:
		return scheme->is_ecdsa;
	}
}

/* After …SignInit or …VerifyInit. */
static bool set_padding(EVP_PKEY_CTX *ctx, const struct scheme *scheme)
{
	if (!scheme->is_pss)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

int sign_make(const struct sign_key *key, enum sign_scheme scheme, struct span data,
	      struct str *out, struct err *err)
{
	const struct scheme *how = &schemes[scheme ? scheme : scheme_of(key)];
	AUTO(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pkey_ctx = NULL;
	unsigned char signature[LIMIT_SIGNATURE];
	size_t size = sizeof(signature);

	if (!key->is_private || !belongs(key, how))
		return err_set(err, EC_USAGE, "this key cannot sign so");
	if (!ctx ||
	    EVP_DigestSignInit_ex(ctx, &pkey_ctx, how->hash, NULL, NULL, key->pkey, NULL) != 1 ||
	    !set_padding(pkey_ctx, how) ||
	    EVP_DigestSign(ctx, signature, &size, (const unsigned char *)data.data, data.len) != 1)
		return sign_ssl_failed(err, EC_FAILED, "cannot sign");
	str_add(out, signature, size);
	return str_check(out, "the signature", err);
}

static bool verifies(const struct sign_key *key, enum sign_scheme which, struct span data,
		     struct span signature)
{
	const struct scheme *scheme = &schemes[which];
	AUTO(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pkey_ctx = NULL;
	bool is_good;

	is_good = ctx && belongs(key, scheme) &&
		  EVP_DigestVerifyInit_ex(ctx, &pkey_ctx, scheme->hash, NULL, NULL, key->pkey,
					  NULL) == 1 &&
		  set_padding(pkey_ctx, scheme) &&
		  EVP_DigestVerify(ctx, (const unsigned char *)signature.data, signature.len,
				   (const unsigned char *)data.data, data.len) == 1;
	ERR_clear_error();
	return is_good;
}

/* Ed25519ph, which OpenSSL has from 3.2 on. */
static bool verifies_prehashed(const struct sign_key *key, struct span data, struct span signature,
			       bool *is_missing)
{
	unsigned char public[SIGN_ED25519_KEY];
	size_t size = sizeof(public);
	struct err ignored;

	if (signature.len != SIGN_ED25519_SIGNATURE)
		return false;
	*is_missing = sign_sodium_load(&ignored) < 0;
	return !*is_missing && EVP_PKEY_get_raw_public_key(key->pkey, public, &size) == 1 &&
	       sign_ed25519ph_verifies(public, data, signature.data);
}

static bool verifies_by_key(const struct sign_key *key, struct span data, struct span signature,
			    bool *is_missing)
{
	enum sign_scheme scheme = scheme_of(key);

	if (verifies(key, scheme, data, signature))
		return true;
	if (scheme == SIGN_EDDSA)
		return verifies_prehashed(key, data, signature, is_missing);
	return (scheme == SIGN_ECDSA_SHA384 || scheme == SIGN_ECDSA_SHA512) &&
	       verifies(key, SIGN_ECDSA_SHA256, data, signature);
}

int sign_verify(const struct sign_key *key, enum sign_scheme scheme, struct span data,
		struct span signature, struct err *err)
{
	bool is_good = signature.len > 0 && signature.len <= LIMIT_SIGNATURE, is_missing = false;

	if (is_good)
		is_good = scheme == SIGN_BY_KEY ? verifies_by_key(key, data, signature, &is_missing)
						: verifies(key, scheme, data, signature);
	if (is_good)
		return 0;
	err_set(err, EC_UNTRUSTED, "the signature is not one by this key");
	if (is_missing)
		err_hint(err, "libsodium is not there, which those that cosign makes with Ed25519 "
			      "need");
	return -1;
}

int sign_ecdsa_from_raw(const struct sign_key *key, struct span raw, struct str *out,
			struct err *err)
{
	const unsigned char *bytes = (const unsigned char *)raw.data;
	size_t half = (sign_key_bits(key) + 7) / 8;
	unsigned char *der = NULL;
	ECDSA_SIG *pair;
	int size = -1;

	if (key->type > SIGN_ECDSA_P521 || raw.len != 2 * half)
		return err_set(err, EC_CORRUPT, "a signature of %zu bytes is none by this key",
			       raw.len);
	pair = ECDSA_SIG_new();
	if (pair && ECDSA_SIG_set0(pair, BN_bin2bn(bytes, half, NULL),
				   BN_bin2bn(bytes + half, half, NULL)) == 1)
		size = i2d_ECDSA_SIG(pair, &der);
	ECDSA_SIG_free(pair);
	if (size <= 0)
		return sign_ssl_failed(err, EC_FAILED, "a signature");
	str_add(out, der, size);
	OPENSSL_free(der);
	return str_check(out, "the signature", err);
}
