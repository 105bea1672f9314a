// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/key.h"

#include <openssl/core_names.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/hash.h"
#include "base/limits.h"
#include "sign/openssl.h"
#include "sign/pem.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192 /* what larger ones cost is paid by who verifies */

static const struct {
	const char *word;
	int base_id;
	const char *group; /* as OpenSSL calls it */
} types[] = {
	[SIGN_ECDSA_P256] = { "ecdsa-p256", EVP_PKEY_EC, "prime256v1" },
	[SIGN_ECDSA_P384] = { "ecdsa-p384", EVP_PKEY_EC, "secp384r1" },
	[SIGN_ECDSA_P521] = { "ecdsa-p521", EVP_PKEY_EC, "secp521r1" },
	[SIGN_ED25519] = { "ed25519", EVP_PKEY_ED25519, NULL },
	[SIGN_RSA] = { "rsa", EVP_PKEY_RSA, NULL },
};

int sign_ssl_failed(struct err *err, enum err_code code, const char *fmt, ...)
{
	AUTO(str) struct str text = STR_MAX(sizeof(err->text));
	unsigned long number = ERR_peek_last_error();
	const char *reason = number ? ERR_reason_error_string(number) : NULL;
	va_list args;

	va_start(args, fmt);
	str_addv(&text, fmt, args);
	va_end(args);
	ERR_clear_error();
	return err_set(err, code, "%s%s%s", str_text(&text), reason ? ": " : "",
		       reason ? reason : "");
}

static int refuse(const char *what, const char *why, struct err *err)
{
	return err_set(err, EC_UNSUPPORTED,
		       "%s: %s; epm takes ECDSA on P-256, P-384 and P-521, Ed25519, and RSA from "
		       "%d to %d bits",
		       what, why, RSA_BITS_MIN, RSA_BITS_MAX);
}

/* A curve by its name only: parameters that come with the key could be anybody's. */
static int check_curve(EVP_PKEY *pkey, bool is_private, const char *what, enum sign_key_type *type,
		       struct err *err)
{
	AUTO(pkey_ctx) EVP_PKEY_CTX *ctx = NULL;
	char group[64], why[96];
	int is_explicit = 0;
	size_t i;

	if (EVP_PKEY_get_int_param(pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
				   &is_explicit) == 1 &&
	    is_explicit)
		return refuse(what, "a curve that is given by its parameters", err);
	if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1)
		return refuse(what, "a curve without a name", err);
	for (i = SIGN_ECDSA_P256; i <= SIGN_ECDSA_P521; i++)
		if (!strcmp(types[i].group, group))
			break;
	snprintf(why, sizeof(why), "a key on the curve %s", group);
	if (i > SIGN_ECDSA_P521)
		return refuse(what, why, err);
	*type = i;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	/* Every point of these curves has the right order: that need not be computed, 2 ms. */
	if (!ctx || EVP_PKEY_public_check_quick(ctx) != 1 ||
	    (is_private && EVP_PKEY_pairwise_check(ctx) != 1))
		return sign_ssl_failed(err, EC_CORRUPT, "%s: no valid key", what);
	/* Fingerprints are those of one way to write a point, which Go's is. */
	if (EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
					   OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) != 1)
		return sign_ssl_failed(err, EC_FAILED, "%s", what);
	return 0;
}

static int check_rsa(EVP_PKEY *pkey, const char *what, struct err *err)
{
	int bits = EVP_PKEY_get_bits(pkey);
	BIGNUM *exponent = NULL;
	char why[64];
	bool is_good;

	snprintf(why, sizeof(why), "an RSA key of %d bits", bits);
	if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)
		return refuse(what, why, err);
	is_good = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
		  BN_is_odd(exponent) && !BN_is_one(exponent) && BN_num_bits(exponent) <= 64;
	BN_free(exponent);
	return is_good ? 0 : refuse(what, "an RSA key with an unusual exponent", err);
}

static int check(EVP_PKEY *pkey, bool is_private, const char *what, enum sign_key_type *type,
		 struct err *err)
{
	const char *name = EVP_PKEY_get0_type_name(pkey);
	char why[96];

	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_EC:
		return check_curve(pkey, is_private, what, type, err);
	case EVP_PKEY_ED25519:
		*type = SIGN_ED25519;
		return 0;
	case EVP_PKEY_RSA:
		*type = SIGN_RSA;
		return check_rsa(pkey, what, err);
	default:
		snprintf(why, sizeof(why), "a key of the type %s", name ? name : "unknown");
		return refuse(what, why, err);
	}
}

int sign_key_adopt(EVP_PKEY *pkey, bool is_private, const char *what, struct sign_key **out,
		   struct err *err)
{
	AUTO(pkey) EVP_PKEY *owned = pkey;
	struct sign_key *key;
	enum sign_key_type type = SIGN_RSA;

	if (!owned)
		return sign_ssl_failed(err, EC_CORRUPT, "%s: the key cannot be read", what);
	if (check(owned, is_private, what, &type, err) < 0)
		return -1;
	key = mem_alloc(sizeof(*key));
	*key = (struct sign_key){ STEAL(owned), type, is_private };
	*out = key;
	ERR_clear_error();
	return 0;
}

void sign_key_free(struct sign_key *key)
{
	if (key)
		EVP_PKEY_free(key->pkey); /* wipes what is secret */
	free(key);
}

enum sign_key_type sign_key_type(const struct sign_key *key)
{
	return key->type;
}

bool sign_key_is_private(const struct sign_key *key)
{
	return key->is_private;
}

unsigned int sign_key_bits(const struct sign_key *key)
{
	return EVP_PKEY_get_bits(key->pkey);
}

const char *sign_key_type_word(enum sign_key_type type)
{
	return types[type].word;
}

bool sign_key_is_same(const struct sign_key *a, const struct sign_key *b)
{
	return EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}

void sign_key_spki(const struct sign_key *key, struct str *out)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(key->pkey, &der);

	if (size > 0)
		str_add(out, der, size);
	OPENSSL_free(der);
}

char *sign_key_public_pem(const struct sign_key *key)
{
	AUTO(str) struct str der = STR_MAX(LIMIT_KEY);
	AUTO(str) struct str pem = STR_MAX(2 * LIMIT_KEY);

	sign_key_spki(key, &der);
	sign_pem_write("PUBLIC KEY", der.data, der.len, &pem);
	return str_take(&pem);
}

static void hash_key(const struct sign_key *key, uint8_t out[HASH_SIZE])
{
	AUTO(str) struct str der = STR_MAX(LIMIT_KEY);

	sign_key_spki(key, &der);
	hash_of(der.data, der.len, out);
}

void sign_key_fingerprint(const struct sign_key *key, char out[SIGN_FINGERPRINT_LENGTH + 1])
{
	static const char prefix[] = "sha256:";
	uint8_t hash[HASH_SIZE];

	hash_key(key, hash);
	memcpy(out, prefix, sizeof(prefix));
	hex_encode(hash, sizeof(hash), out + sizeof(prefix) - 1);
}

void sign_key_hint(const struct sign_key *key, char out[SIGN_HINT_LENGTH + 1])
{
	AUTO(str) struct str text = STR_MAX(SIGN_HINT_LENGTH);
	uint8_t hash[HASH_SIZE];

	hash_key(key, hash);
	base64_encode(hash, sizeof(hash), &text);
	memcpy(out, text.data, SIGN_HINT_LENGTH);
	out[SIGN_HINT_LENGTH] = '\0';
}
