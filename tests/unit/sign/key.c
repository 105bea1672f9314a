// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/key.h"
#include "base/alloc.h"
#include "support/data.h"

#define KEYS TEST_DATA "/sign/keys/"
#define COSIGN TEST_DATA "/sign/cosign/"

/* openssl pkey -pubin -outform DER | sha256sum, of each pair */
#define P256 "sha256:4f1f7a4e9a000e9519664c2cdcd6ea9931611518fe3d01104f3acc60fa820cdc"
#define P384 "sha256:d5015d35aae7b0dc7579569ebc771bda6f80c45a5b1bfee04c648f2896fff7bf"
#define P521 "sha256:17bd65cbf0caf0330c60dd87e2ef1df9bcd312951cfbe4d9899f720e6e2ae210"
#define ED25519 "sha256:96654dc2a8cce0792c06b88330f8496f2e1f097bcd54adc9cc062442795cc4b4"
#define RSA "sha256:64c52963ebea47b08422a36bf939e87bae6e4ba54a2ebb92a64dc90742d9b51c"

static int give(void *context, const char *what, struct str *out, struct err *err)
{
	(void)what;
	(void)err;
	str_adds(out, context);
	return 0;
}

static struct sign_passphrase words(const char *text)
{
	return (struct sign_passphrase){ give, (void *)text };
}

/* A file of KEYS by its name; what comes before "KEYS" in messages is not looked at. */
static int read_key(const char *path, const char *passphrase, struct sign_key **out,
		    struct err *err)
{
	const struct sign_passphrase ask = words(passphrase);
	AUTO(str) struct str text = data_read(path);

	return sign_key_read((struct span){ text.data, text.len }, "key", passphrase ? &ask : NULL,
			     out, err);
}

static void reads_keys(void **state)
{
	static const struct {
		const char *path, *fingerprint;
		enum sign_key_type type;
		unsigned int bits;
		bool is_private;
	} good[] = {
		{ KEYS "p256.pem", P256, SIGN_ECDSA_P256, 256, true },
		{ KEYS "p256-sec1.pem", P256, SIGN_ECDSA_P256, 256, true },
		{ KEYS "p256-pbkdf2.pem", P256, SIGN_ECDSA_P256, 256, true },
		{ KEYS "p256-scrypt.pem", P256, SIGN_ECDSA_P256, 256, true },
		{ KEYS "p256-compressed.pub", P256, SIGN_ECDSA_P256, 256, false },
		{ KEYS "p256-certificate.pem", P256, SIGN_ECDSA_P256, 256, false },
		{ COSIGN "p256.pub", P256, SIGN_ECDSA_P256, 256, false },
		{ KEYS "p384.pem", P384, SIGN_ECDSA_P384, 384, true },
		{ COSIGN "p384.pub", P384, SIGN_ECDSA_P384, 384, false },
		{ KEYS "p521.pem", P521, SIGN_ECDSA_P521, 521, true },
		{ COSIGN "p521.pub", P521, SIGN_ECDSA_P521, 521, false },
		{ KEYS "ed25519.pem", ED25519, SIGN_ED25519, 256, true },
		{ COSIGN "ed25519.pub", ED25519, SIGN_ED25519, 256, false },
		{ KEYS "rsa3072.pem", RSA, SIGN_RSA, 3072, true },
		{ KEYS "rsa3072-pkcs1.pem", RSA, SIGN_RSA, 3072, true },
		{ KEYS "rsa3072-pkcs1.pub", RSA, SIGN_RSA, 3072, false },
		{ COSIGN "rsa3072.pub", RSA, SIGN_RSA, 3072, false },
#ifdef HAVE_SODIUM
		{ COSIGN "cosign-p256.key", P256, SIGN_ECDSA_P256, 256, true },
		{ KEYS "cosign-old-label.key", P256, SIGN_ECDSA_P256, 256, true },
		{ COSIGN "cosign-p384.key", P384, SIGN_ECDSA_P384, 384, true },
		{ COSIGN "cosign-p521.key", P521, SIGN_ECDSA_P521, 521, true },
		{ COSIGN "cosign-ed25519.key", ED25519, SIGN_ED25519, 256, true },
		{ COSIGN "cosign-rsa3072.key", RSA, SIGN_RSA, 3072, true },
#endif
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(sign_key) struct sign_key *key = NULL;
		char fingerprint[SIGN_FINGERPRINT_LENGTH + 1];
		struct err err = { 0 };

		if (read_key(good[i].path, "pw", &key, &err) < 0)
			fail_msg("%s: %s", good[i].path, err.text);
		sign_key_fingerprint(key, fingerprint);
		assert_string_equal(fingerprint, good[i].fingerprint);
		assert_int_equal(sign_key_type(key), good[i].type);
		assert_int_equal(sign_key_bits(key), good[i].bits);
		assert_int_equal(sign_key_is_private(key), good[i].is_private);
	}
}

#define WRONG "key: the passphrase is wrong, or the file is damaged"
#define COSTLY "key: trying a passphrase would take too much time or memory"
#define TAKES "; epm takes ECDSA on P-256, P-384 and P-521, Ed25519, and RSA from 2048 to 8192 bits"

static const struct bad_case {
	const char *path, *passphrase;
	enum err_code code;
	const char *text; /* NULL: OpenSSL's reason is part of it */
} bad[] = {
	{ KEYS "bad-secp224r1.pem", "", EC_UNSUPPORTED, "key: a key on the curve secp224r1" TAKES },
	{ KEYS "bad-secp256k1.pem", "", EC_UNSUPPORTED, "key: a key on the curve secp256k1" TAKES },
	{ KEYS "bad-ed448.pem", "", EC_UNSUPPORTED, "key: a key of the type ED448" TAKES },
	{ KEYS "bad-x25519.pem", "", EC_UNSUPPORTED, "key: a key of the type X25519" TAKES },
	{ KEYS "bad-dsa.pem", "", EC_UNSUPPORTED, "key: a key of the type DSA" TAKES },
	{ KEYS "bad-rsapss.pem", "", EC_UNSUPPORTED, "key: a key of the type RSA-PSS" TAKES },
	{ KEYS "bad-rsa512.pem", "", EC_UNSUPPORTED, "key: an RSA key of 512 bits" TAKES },
	{ KEYS "bad-rsa1024.pem", "", EC_UNSUPPORTED, "key: an RSA key of 1024 bits" TAKES },
	{ KEYS "bad-rsa8200.pem", "", EC_UNSUPPORTED, "key: an RSA key of 8200 bits" TAKES },
	{ KEYS "bad-explicit.pem", "", EC_UNSUPPORTED,
	  "key: a curve that is given by its parameters" TAKES },
	{ KEYS "bad-halves.pem", "", EC_CORRUPT, NULL },
	{ KEYS "bad-point.pub", "", EC_CORRUPT, NULL },
	{ KEYS "bad-infinity.pub", "", EC_CORRUPT, NULL },
	{ KEYS "bad-short.pub", "", EC_CORRUPT, NULL },
	{ KEYS "bad-trailing.pub", "", EC_CORRUPT, "key: the key cannot be read" },
	{ KEYS "bad-dek.pem", "pw", EC_UNSUPPORTED,
	  "key: a PEM block with headers, as OpenSSL encrypted keys before PKCS#8" },
	{ KEYS "bad-pbes1.pem", "pw", EC_UNSUPPORTED,
	  "key: encrypted in a way that epm does not have" },
	{ KEYS "bad-rounds.pem", "pw", EC_UNSUPPORTED, COSTLY },
	{ KEYS "p256-pbkdf2.pem", "pW", EC_DENIED, WRONG },
	{ KEYS "p256-pbkdf2.pem", "", EC_DENIED, WRONG },
	{ KEYS "p256-scrypt.pem", "pW", EC_DENIED, WRONG },
	{ KEYS "bad-changed.pem", "pw", EC_DENIED, WRONG },
	{ KEYS "p256-pbkdf2.pem", NULL, EC_DENIED,
	  "key: the key is encrypted, and no passphrase was given" },
	{ TEST_DATA "/sign/keys/README.md", "", EC_CORRUPT,
	  "key: not a key: there is no PEM in it" },
#ifdef HAVE_SODIUM
	{ COSIGN "cosign-p256.key", "pW", EC_DENIED, WRONG },
	{ COSIGN "cosign-p256.key", "", EC_DENIED, WRONG },
	{ KEYS "bad-cosign-changed.key", "pw", EC_DENIED, WRONG },
	{ KEYS "bad-cosign-n.key", "pw", EC_UNSUPPORTED, COSTLY },
	{ KEYS "bad-cosign-p.key", "pw", EC_UNSUPPORTED, COSTLY },
	{ KEYS "bad-cosign-memory.key", "pw", EC_UNSUPPORTED, COSTLY },
	{ KEYS "bad-cosign-odd.key", "pw", EC_CORRUPT, "key: scrypt has no such parameters" },
	{ KEYS "bad-cosign-cipher.key", "pw", EC_UNSUPPORTED,
	  "key: encrypted in a way that epm does not have" },
	{ KEYS "bad-cosign-nonce.key", "pw", EC_CORRUPT,
	  "key: key: no secretbox has such lengths" },
#endif
};

static void refuses_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_key *key = NULL;
		struct err err = { 0 };

		if (read_key(bad[i].path, bad[i].passphrase, &key, &err) == 0)
			fail_msg("%s is a key", bad[i].path);
		if (bad[i].text)
			assert_string_equal(err.text, bad[i].text);
		assert_int_equal(err.code, bad[i].code);
		assert_null(key);
	}
}

static void reads_public_keys_only(void **state)
{
	static const char *const secret[] = { KEYS "p256.pem", KEYS "p256-sec1.pem",
					      KEYS "p256-pbkdf2.pem", COSIGN "cosign-p256.key" };
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(str) struct str public = data_read(COSIGN "p256.pub");
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(secret); i++) {
		AUTO(str) struct str text = data_read(secret[i]);

		assert_int_equal(sign_key_read_public((struct span){ text.data, text.len }, "x.key",
						      &key, &err),
				 -1);
		assert_int_equal(err.code, EC_USAGE);
		assert_string_equal(err.text, "x.key is a private key");
		assert_string_equal(err.hint, "'epm key public x.key' prints its public key");
	}
	assert_int_equal(
		sign_key_read_public((struct span){ public.data, public.len }, "x", &key, &err), 0);
}

static void a_failing_question_ends_it(void **state)
{
	AUTO(str) struct str text = data_read(KEYS "p256-pbkdf2.pem");
	struct sign_key *key = NULL;
	struct err err = { 0 };
	AUTO(free) char *large = mem_alloc(LIMIT_SECRET + 2);
	struct sign_passphrase passphrase = words(large);

	(void)state;
	memset(large, 'x', LIMIT_SECRET + 1);
	assert_int_equal(
		sign_key_read((struct span){ text.data, text.len }, "key", &passphrase, &key, &err),
		-1);
	assert_int_equal(err.code, EC_CORRUPT);
}

static void writes_public_keys(void **state)
{
	static const char *const pairs[][2] = {
		{ KEYS "p256.pem", COSIGN "p256.pub" },
		{ KEYS "p256-compressed.pub", COSIGN "p256.pub" },
		{ KEYS "p384.pem", COSIGN "p384.pub" },
		{ KEYS "p521.pem", COSIGN "p521.pub" },
		{ KEYS "ed25519.pem", COSIGN "ed25519.pub" },
		{ KEYS "rsa3072.pem", COSIGN "rsa3072.pub" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		AUTO(sign_key) struct sign_key *key = NULL;
		AUTO(sign_key) struct sign_key *same = NULL;
		AUTO(sign_key) struct sign_key *from_der = NULL;
		AUTO(str) struct str expected = data_read(pairs[i][1]);
		AUTO(str) struct str der = STR_MAX(LIMIT_KEY);
		AUTO(free) char *pem = NULL;
		struct err err = { 0 };

		assert_int_equal(read_key(pairs[i][0], "", &key, &err), 0);
		assert_int_equal(read_key(pairs[i][1], "", &same, &err), 0);
		pem = sign_key_public_pem(key);
		assert_string_equal(pem, str_text(&expected));
		assert_true(sign_key_is_same(key, same));
		sign_key_spki(key, &der);
		assert_int_equal(sign_key_from_spki((struct span){ der.data, der.len }, "der",
						    &from_der, &err),
				 0);
		assert_true(sign_key_is_same(from_der, same));
	}
}

static void knows_keys_apart(void **state)
{
	AUTO(sign_key) struct sign_key *a = NULL;
	AUTO(sign_key) struct sign_key *b = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read_key(COSIGN "p256.pub", "", &a, &err), 0);
	assert_int_equal(read_key(TEST_DATA "/sign/sigstore/cosign.pub", "", &b, &err), 0);
	assert_false(sign_key_is_same(a, b));
}

/* the hint of tests/data/sign/sigstore/bundleA.json, which cosign wrote */
static void makes_hints(void **state)
{
	AUTO(sign_key) struct sign_key *key = NULL;
	char hint[SIGN_HINT_LENGTH + 1];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read_key(TEST_DATA "/sign/sigstore/cosign.pub", "", &key, &err), 0);
	sign_key_hint(key, hint);
	assert_string_equal(hint, "oaHlfH/MZl3C+dciNG/MroEtT6erFv9/W9sSbtwzRTU=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_keys),
		cmocka_unit_test(refuses_keys),
		cmocka_unit_test(reads_public_keys_only),
		cmocka_unit_test(a_failing_question_ends_it),
		cmocka_unit_test(writes_public_keys),
		cmocka_unit_test(knows_keys_apart),
		cmocka_unit_test(makes_hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
