// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/signer.h"
#include "sign/bundle.h"
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

/* What "cosign verify --key" takes without flags. */
static const struct {
	const char *file;
	enum sign_scheme scheme;
} keys[] = {
	{ KEYS "p256.pem", SIGN_ECDSA_SHA256 },	       { KEYS "p384.pem", SIGN_ECDSA_SHA256 },
	{ KEYS "p521.pem", SIGN_ECDSA_SHA256 },	       { KEYS "ed25519.pem", SIGN_EDDSA },
	{ KEYS "rsa3072.pem", SIGN_RSA_PKCS1_SHA256 },
};

#define PAYLOAD "{\"_type\":\"https://in-toto.io/Statement/v1\"}"

static void check_recognized(const struct signer *signer, struct signature *signature)
{
	AUTO(sign_key) struct sign_key *stranger = read_key(KEYS "p256-sec1.pem");
	AUTO(sign_key) struct sign_key *other = read_key(KEYS "rsa3072-pkcs1.pem");
	const struct sign_key *own = signer->ctx;
	struct signer elsewhere = { 0 };
	struct err err = { 0 };

	assert_true(signer->has_made(signer->ctx, signature));
	assert_int_equal(signer_of_key(sign_key_is_same(own, stranger) ? other : stranger, "x",
				       &elsewhere, &err),
			 0);
	assert_false(elsewhere.has_made(elsewhere.ctx, signature));
}

static void signs_bundles(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		AUTO(sign_key) struct sign_key *key = read_key(keys[i].file);
		AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
		AUTO(str) struct str pae = STR_MAX(1000);
		struct signature made = { .form = SIGNATURE_BUNDLE, .body = STR_MAX(LIMIT_SIGNED) };
		struct signer signer = { 0 };
		struct err err = { 0 };
		struct span only = { 0 };

		assert_int_equal(signer_of_key(key, "k", &signer, &err), 0);
		assert_int_equal(signer.sign_statement(signer.ctx, SIGN_PAYLOAD_IN_TOTO,
						       span_of(PAYLOAD), &made.body, &err),
				 0);
		assert_null(strstr(made.body.data, "keyid"));
		assert_int_equal(sign_bundle_parse(span_of(made.body.data), &bundle, &err), 0);
		assert_int_equal(bundle.version, 3);
		assert_true(bundle.has_key);
		assert_string_equal(bundle.envelope->payload.data, PAYLOAD);
		assert_int_equal(sign_envelope_signature(bundle.envelope, &only, &err), 0);
		sign_pae(SIGN_PAYLOAD_IN_TOTO, span_of(PAYLOAD), &pae);
		assert_int_equal(sign_verify(key, keys[i].scheme, span_of(pae.data), only, &err),
				 0);
		check_recognized(&signer, &made);
		made.body.data[made.body.len / 2] ^= 1;
		assert_false(signer.has_made(signer.ctx, &made));
		str_done(&made.body);
	}
}

static void signs_simple(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		AUTO(sign_key) struct sign_key *key = read_key(keys[i].file);
		AUTO(json) json_t *annotations = json_object();
		AUTO(str) struct str raw = STR_MAX(LIMIT_SIGNATURE);
		struct signature made = { .form = SIGNATURE_SIMPLE, .body = STR_MAX(1000) };
		struct signer signer = { 0 };
		struct err err = { 0 };

		assert_int_equal(signer_of_key(key, "k", &signer, &err), 0);
		assert_int_equal(
			signer.sign_simple(signer.ctx, span_of(PAYLOAD), annotations, &err), 0);
		assert_int_equal(json_object_size(annotations), 1);
		assert_int_equal(base64_decode(span_of(json_string_value(json_object_get(
						       annotations, SIGNER_SIGNATURE))),
					       &raw, &err),
				 0);
		assert_int_equal(sign_verify(key, keys[i].scheme, span_of(PAYLOAD),
					     (struct span){ raw.data, raw.len }, &err),
				 0);
		str_adds(&made.body, PAYLOAD);
		assert_false(signer.has_made(signer.ctx, &made));
		made.annotations = annotations;
		check_recognized(&signer, &made);
		str_done(&made.body);
	}
}

static void signs_envelopes(void **state)
{
	AUTO(sign_key) struct sign_key *key = read_key(KEYS "p256.pem");
	AUTO(json) json_t *annotations = json_object();
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	struct signature made = { .form = SIGNATURE_ENVELOPE, .body = STR_MAX(LIMIT_SIGNED) };
	struct signer signer = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(signer_of_key(key, "k", &signer, &err), 0);
	assert_int_equal(signer.sign_envelope(signer.ctx, SIGN_PAYLOAD_IN_TOTO, span_of(PAYLOAD),
					      &made.body, annotations, &err),
			 0);
	assert_string_equal(json_string_value(json_object_get(annotations, SIGNER_SIGNATURE)), "");
	assert_int_equal(sign_envelope_parse(span_of(made.body.data), "envelope", &envelope, &err),
			 0);
	assert_int_equal(sign_envelope_verify(envelope, key, &err), 0);
	check_recognized(&signer, &made);
	made.form = SIGNATURE_NOTATION;
	assert_false(signer.has_made(signer.ctx, &made));
	str_done(&made.body);
}

static void refuses_public_keys(void **state)
{
	AUTO(sign_key) struct sign_key *key = read_key(COSIGN "p256.pub");
	struct signer signer = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(signer_of_key(key, "epm.pub", &signer, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
	assert_string_equal(err.text, "epm.pub: this is a public key, which cannot sign");
	assert_null(signer.ctx);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_bundles),
		cmocka_unit_test(signs_simple),
		cmocka_unit_test(signs_envelopes),
		cmocka_unit_test(refuses_public_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
