// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/key_generate.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "sign/signature.h"

static const enum sign_key_type types[] = { SIGN_ECDSA_P256, SIGN_ECDSA_P384, SIGN_ED25519,
					    SIGN_RSA };

static int give(void *context, const char *what, struct str *out, struct err *err)
{
	(void)what;
	(void)err;
	str_adds(out, context);
	return 0;
}

/* Written and read it is the same key, and still signs. */
static void round_trip(const struct sign_key *key, const struct span *words, const char *label)
{
	struct sign_passphrase passphrase = { give, (void *)"correct horse" };
	AUTO(str) struct str pem = STR_MAX(2 * LIMIT_KEY);
	AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);
	AUTO(sign_key) struct sign_key *again = NULL;
	struct err err = { 0 };

	assert_int_equal(sign_key_private_pem(key, words, &pem, &err), 0);
	assert_true(text_starts(pem.data, label));
	if (sign_key_read((struct span){ pem.data, pem.len }, "key", words ? &passphrase : NULL,
			  &again, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(sign_key_is_same(key, again));
	assert_int_equal(sign_make(again, SIGN_BY_KEY, span_of("x"), &signature, &err), 0);
	assert_int_equal(sign_verify(key, SIGN_BY_KEY, span_of("x"),
				     (struct span){ signature.data, signature.len }, &err),
			 0);
}

static void new_keys_are_written_and_read(void **state)
{
	const struct span words = span_of("correct horse");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		AUTO(sign_key) struct sign_key *key = NULL;
		struct err err = { 0 };

		assert_int_equal(sign_key_generate(types[i], &key, &err), 0);
		assert_int_equal(sign_key_type(key), types[i]);
		assert_true(sign_key_is_private(key));
		if (types[i] == SIGN_RSA)
			assert_int_equal(sign_key_bits(key), 3072);
		round_trip(key, NULL, "-----BEGIN PRIVATE KEY-----\n");
		round_trip(key, &words, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
	}
}

static void no_two_are_the_same(void **state)
{
	AUTO(sign_key) struct sign_key *a = NULL;
	AUTO(sign_key) struct sign_key *b = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_key_generate(SIGN_ECDSA_P256, &a, &err), 0);
	assert_int_equal(sign_key_generate(SIGN_ECDSA_P256, &b, &err), 0);
	assert_false(sign_key_is_same(a, b));
}

static void public_keys_have_no_private_half(void **state)
{
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(sign_key) struct sign_key *public = NULL;
	AUTO(str) struct str out = STR_MAX(2 * LIMIT_KEY);
	AUTO(free) char *pem = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_key_generate(SIGN_ED25519, &key, &err), 0);
	pem = sign_key_public_pem(key);
	assert_int_equal(sign_key_read_public(span_of(pem), "key", &public, &err), 0);
	assert_int_equal(sign_key_private_pem(public, NULL, &out, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_keys_are_written_and_read),
		cmocka_unit_test(no_two_are_the_same),
		cmocka_unit_test(public_keys_have_no_private_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
