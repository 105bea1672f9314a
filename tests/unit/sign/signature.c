// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/signature.h"
#include "base/alloc.h"
#include "base/base64.h"
#include "sign/key_generate.h"
#include "support/data.h"

#define KEYS TEST_DATA "/sign/keys/"
#define COSIGN TEST_DATA "/sign/cosign/"

static struct sign_key *read_key(const char *path)
{
	AUTO(str) struct str text = data_read(path);
	struct sign_key *key = NULL;
	struct err err = { 0 };

	if (sign_key_read((struct span){ text.data, text.len }, path, NULL, &key, &err) < 0)
		fail_msg("%s", err.text);
	return key;
}

static struct span whole(const struct str *text)
{
	return (struct span){ str_text(text), text->len };
}

static void decode(const char *text, struct str *out)
{
	struct err err = { 0 };

	if (base64_decode(span_of(text), out, &err) < 0)
		fail_msg("%s", err.text);
}

/* What cosign signed, see tests/data/sign/cosign/README.md. */
static void verifies_what_cosign_signed(void **state)
{
	static const struct {
		const char *name;
		enum sign_scheme scheme; /* SIGN_BY_KEY: none but that */
	} all[] = {
		{ "p256", SIGN_ECDSA_SHA256 }, { "p384", SIGN_ECDSA_SHA384 },
		{ "p521", SIGN_ECDSA_SHA512 }, { "rsa3072", SIGN_RSA_PKCS1_SHA256 },
#ifdef HAVE_SODIUM
		{ "ed25519", SIGN_BY_KEY },
#endif
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		AUTO(free) char *key_path = mem_printf(COSIGN "%s.pub", all[i].name);
		AUTO(free) char *path = mem_printf(COSIGN "simple-%s.json", all[i].name);
		AUTO(free) char *sig_path = mem_printf(COSIGN "simple-%s.sig", all[i].name);
		AUTO(str) struct str data = data_read(path);
		AUTO(str) struct str text = data_read(sig_path);
		AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);
		AUTO(sign_key) struct sign_key *key = read_key(key_path);
		struct err err = { 0 };

		str_cut(&text, text.len - 1);
		text.data[text.len] = '\0';
		decode(text.data, &signature);
		for (enum sign_scheme s = SIGN_BY_KEY; s <= SIGN_EDDSA; s++) {
			bool is_right = s == SIGN_BY_KEY || s == all[i].scheme;
			int rc = sign_verify(key, s, whole(&data), whole(&signature), &err);

			assert_int_equal(rc, is_right ? 0 : -1);
			if (!is_right)
				assert_int_equal(err.code, EC_UNTRUSTED);
		}
		data.data[5] ^= 1;
		assert_int_equal(
			sign_verify(key, SIGN_BY_KEY, whole(&data), whole(&signature), &err), -1);
		assert_int_equal(err.code, EC_UNTRUSTED);
		assert_string_equal(err.text, "the signature is not one by this key");
	}
}

static const struct {
	const char *path;
	enum sign_scheme schemes[7]; /* what SIGN_BY_KEY signs with first */
	size_t n;
	size_t n_by_key; /* so many of them SIGN_BY_KEY verifies as well */
} own[] = {
	{ KEYS "p256.pem", { SIGN_ECDSA_SHA256, SIGN_ECDSA_SHA384, SIGN_ECDSA_SHA512 }, 3, 1 },
	{ KEYS "p384.pem", { SIGN_ECDSA_SHA384, SIGN_ECDSA_SHA256, SIGN_ECDSA_SHA512 }, 3, 2 },
	{ KEYS "p521.pem", { SIGN_ECDSA_SHA512, SIGN_ECDSA_SHA256, SIGN_ECDSA_SHA384 }, 3, 2 },
	{ KEYS "ed25519.pem", { SIGN_EDDSA }, 1, 1 },
	{ KEYS "rsa3072.pem",
	  { SIGN_RSA_PKCS1_SHA256, SIGN_RSA_PKCS1_SHA384, SIGN_RSA_PKCS1_SHA512,
	    SIGN_RSA_PSS_SHA256, SIGN_RSA_PSS_SHA384, SIGN_RSA_PSS_SHA512 },
	  6,
	  1 },
};

static void signs_and_verifies(void **state)
{
	const struct span data = span_of("some bytes"), other = span_of("some bytez");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		AUTO(sign_key) struct sign_key *key = read_key(own[i].path);
		struct err err = { 0 };

		for (size_t k = 0; k < own[i].n; k++) {
			AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);
			enum sign_scheme s = own[i].schemes[k];
			struct span made;

			assert_int_equal(
				sign_make(key, k ? s : SIGN_BY_KEY, data, &signature, &err), 0);
			made = whole(&signature);
			assert_int_equal(sign_verify(key, s, data, made, &err), 0);
			assert_int_equal(sign_verify(key, s, other, made, &err), -1);
			assert_int_equal(sign_verify(key, SIGN_BY_KEY, data, made, &err),
					 k < own[i].n_by_key ? 0 : -1);
		}
	}
}

static void other_keys_and_schemes_do_not(void **state)
{
	AUTO(sign_key) struct sign_key *key = read_key(KEYS "p256.pem");
	AUTO(sign_key) struct sign_key *public = read_key(COSIGN "p256.pub");
	AUTO(sign_key) struct sign_key *other = NULL;
	AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);
	const struct span data = span_of("some bytes");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_key_generate(SIGN_ECDSA_P256, &other, &err), 0);
	assert_int_equal(sign_make(key, SIGN_BY_KEY, data, &signature, &err), 0);
	assert_int_equal(sign_verify(other, SIGN_BY_KEY, data, whole(&signature), &err), -1);
	assert_int_equal(err.code, EC_UNTRUSTED);
	assert_int_equal(sign_make(public, SIGN_BY_KEY, data, &signature, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
	assert_int_equal(sign_make(key, SIGN_RSA_PKCS1_SHA256, data, &signature, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
	assert_int_equal(sign_make(key, SIGN_EDDSA, data, &signature, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
}

/* Bytes of all kinds that are no signature. */
static void refuses_what_is_none(void **state)
{
	static const char *const paths[] = { COSIGN "p256.pub", COSIGN "p521.pub",
					     COSIGN "ed25519.pub", COSIGN "rsa3072.pub" };
	static const char *const bad[] = {
		"",
		"AA==",
		"MAA=",
		"MAYCAQACAQA=" /* r = s = 0 */,
		"MAYCAQECAQE=",
		"MIIAAQ==",
		"MEUCIQD/////",
		"MAYCAQH/////",
	};
	AUTO(free) char *large = mem_alloc(LIMIT_SIGNATURE + 1);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		AUTO(sign_key) struct sign_key *key = read_key(paths[i]);
		struct err err = { 0 };

		for (size_t k = 0; k < ARRAY_SIZE(bad); k++) {
			AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);

			decode(bad[k], &signature);
			assert_int_equal(sign_verify(key, SIGN_BY_KEY, span_of("x"),
						     whole(&signature), &err),
					 -1);
			assert_int_equal(err.code, EC_UNTRUSTED);
		}
		assert_int_equal(sign_verify(key, SIGN_BY_KEY, span_of("x"),
					     (struct span){ large, LIMIT_SIGNATURE + 1 }, &err),
				 -1);
		assert_int_equal(err.code, EC_UNTRUSTED);
		memset(large, 0, 64);
		assert_int_equal(sign_verify(key, SIGN_BY_KEY, span_of("x"),
					     (struct span){ large, 64 }, &err),
				 -1);
	}
}

/* DER with a byte behind it, and DER as BER (a long length), are no signatures. */
static void refuses_other_forms_of_the_same(void **state)
{
	AUTO(sign_key) struct sign_key *key = read_key(KEYS "p256.pem");
	AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);
	AUTO(str) struct str longer = STR_MAX(LIMIT_SIGNATURE);
	const struct span data = span_of("some bytes");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_make(key, SIGN_BY_KEY, data, &signature, &err), 0);
	str_add(&longer, signature.data, 1);
	str_addc(&longer, (char)0x81);
	str_add(&longer, signature.data + 1, signature.len - 1);
	assert_int_equal(sign_verify(key, SIGN_BY_KEY, data, whole(&longer), &err), -1);
	str_addc(&signature, 0);
	assert_int_equal(sign_verify(key, SIGN_BY_KEY, data, whole(&signature), &err), -1);
}

static void from_hex(const char *text, struct str *out)
{
	unsigned int byte;

	for (; *text; text += 2) {
		assert_int_equal(sscanf(text, "%2x", &byte), 1);
		str_addc(out, (char)byte);
	}
}

/* RFC 6979 A.2.5: P-256, SHA-256, message "sample" */
static void takes_raw_pairs(void **state)
{
	AUTO(str) struct str spki = STR_MAX(LIMIT_KEY);
	AUTO(str) struct str raw = STR_MAX(LIMIT_SIGNATURE);
	AUTO(str) struct str der = STR_MAX(LIMIT_SIGNATURE);
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(sign_key) struct sign_key *rsa = read_key(COSIGN "rsa3072.pub");
	struct err err = { 0 };

	(void)state;
	from_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
		 "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
		 "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
		 &spki);
	from_hex("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
		 "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
		 &raw);
	assert_int_equal(sign_key_from_spki(whole(&spki), "key", &key, &err), 0);
	assert_int_equal(sign_ecdsa_from_raw(key, whole(&raw), &der, &err), 0);
	assert_int_equal(sign_verify(key, SIGN_ECDSA_SHA256, span_of("sample"), whole(&der), &err),
			 0);
	assert_int_equal(sign_ecdsa_from_raw(rsa, whole(&raw), &der, &err), -1);
	str_addc(&raw, 0);
	assert_int_equal(sign_ecdsa_from_raw(key, whole(&raw), &der, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_what_cosign_signed),
		cmocka_unit_test(signs_and_verifies),
		cmocka_unit_test(other_keys_and_schemes_do_not),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(refuses_other_forms_of_the_same),
		cmocka_unit_test(takes_raw_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
