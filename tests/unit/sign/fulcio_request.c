// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/fulcio_request.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/json.h"
#include "sign/key_generate.h"
#include "sign/signature.h"
#include "support/data.h"

#define DATA TEST_DATA "/sign/services/"

static json_t *data_json(const char *path)
{
	AUTO(str) struct str text = data_read(path);
	json_t *json = json_loadb(text.data, text.len, 0, NULL);

	assert_non_null(json);
	return json;
}

static const char *content_of(const json_t *request)
{
	const json_t *inner = json_object_get(request, "publicKeyRequest");

	return json_string_value(json_object_get(json_object_get(inner, "publicKey"), "content"));
}

/* The key that cosign had certified. */
static struct sign_key *recorded_key(void)
{
	AUTO(json) json_t *request = data_json(DATA "fulcio-request.json");
	struct sign_key *key = NULL;
	struct err err = { 0 };

	if (sign_key_read_public(span_of(content_of(request)), "key", &key, &err) < 0)
		fail_msg("%s", err.text);
	return key;
}

/* Blanks the members whose values differ from key to key. */
static char *shape_of(json_t *request)
{
	json_t *inner = json_object_get(request, "publicKeyRequest");

	json_object_set_new(inner, "proofOfPossession", json_string(""));
	json_object_set_new(json_object_get(inner, "publicKey"), "content", json_string(""));
	return js_dump(request);
}

static void asks_as_cosign_does(void **state)
{
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(json) json_t *recorded = data_json(DATA "fulcio-request.json");
	AUTO(json) json_t *json = NULL;
	AUTO(free) char *text = NULL;
	AUTO(free) char *pem = NULL;
	AUTO(free) char *shape = NULL;
	AUTO(free) char *recorded_shape = NULL;
	AUTO(str) struct str proof = STR_MAX(LIMIT_SIGNATURE);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_key_generate(SIGN_ECDSA_P256, &key, &err), 0);
	assert_int_equal(sign_fulcio_request(key, "dev@example.org", &text, &err), 0);
	json = json_loads(text, 0, NULL);
	pem = sign_key_public_pem(key);
	assert_string_equal(content_of(json), pem);
	assert_int_equal(base64_decode(span_of(json_string_value(json_object_get(
					       json_object_get(json, "publicKeyRequest"),
					       "proofOfPossession"))),
				       &proof, &err),
			 0);
	assert_int_equal(sign_verify(key, SIGN_ECDSA_SHA256, span_of("dev@example.org"),
				     (struct span){ proof.data, proof.len }, &err),
			 0);
	shape = shape_of(json);
	recorded_shape = shape_of(recorded);
	assert_string_equal(shape, recorded_shape);
}

static void reads_what_a_mock_of_fulcio_answers(void **state)
{
	AUTO(str) struct str text = data_read(DATA "fulcio-answer.json");
	AUTO(sign_key) struct sign_key *key = recorded_key();
	AUTO(sign_issued) struct sign_issued issued = { 0 };
	AUTO(str) struct str pem = STR_MAX(LIMIT_TEXT);
	struct err err = { 0 };

	(void)state;
	if (sign_fulcio_answer((struct span){ text.data, text.len }, key, &issued, &err) < 0)
		fail_msg("%s", err.text);
	assert_in_range(issued.n_certificates, 1, 2);
	/* ten minutes after it was recorded */
	assert_in_range(issued.expires, 1795340000, 1795345000);
	assert_string_equal(
		issued.identity.name,
		"https://github.com/acme/ebpf/.github/workflows/release.yml@refs/tags/v1");
	assert_string_equal(issued.identity.issuer, "https://token.actions.githubusercontent.com");
	sign_certificates_pem(issued.certificates, 1, &pem);
	assert_memory_equal(pem.data, "-----BEGIN CERTIFICATE-----\nMII", 31);
	assert_non_null(strstr(str_text(&pem), "\n-----END CERTIFICATE-----\n"));
}

static void refuses_another_key(void **state)
{
	AUTO(str) struct str text = data_read(DATA "fulcio-answer.json");
	struct sign_issued issued = { .expires = 7 };
	AUTO(sign_key) struct sign_key *key = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_key_generate(SIGN_ECDSA_P256, &key, &err), 0);
	assert_int_equal(
		sign_fulcio_answer((struct span){ text.data, text.len }, key, &issued, &err), -1);
	assert_int_equal(err.code, EC_UNTRUSTED);
	assert_string_equal(err.text, "the certificate is for another key");
	assert_int_equal(issued.expires, 7);
}

#define PEM "-----BEGIN CERTIFICATE-----\\nMAA=\\n-----END CERTIFICATE-----"
#define KEY "-----BEGIN PUBLIC KEY-----\\nMAA=\\n-----END PUBLIC KEY-----"
#define EMBEDDED(chain) "{\"signedCertificateEmbeddedSct\":" chain "}"
#define CHAIN(list) EMBEDDED("{\"chain\":{\"certificates\":" list "}}")

static void refuses_what_is_no_answer(void **state)
{
	static const struct {
		const char *text, *why;
		enum err_code code;
	} bad[] = {
		{ "", "answer:", EC_CORRUPT },
		{ "{\"signedCertificateEmbeddedSct\"", "answer:", EC_CORRUPT },
		{ "[]", "answer: expected an object", EC_CORRUPT },
		{ "{}", "answer: expected one of", EC_CORRUPT },
		{ "{\"signedCertificateEmbeddedSct\":{},\"signedCertificateDetachedSct\":{}}",
		  "answer: expected one of", EC_CORRUPT },
		{ EMBEDDED("7"), "answer.signedCertificateEmbeddedSct: ", EC_CORRUPT },
		{ EMBEDDED("{}"), "answer.signedCertificateEmbeddedSct.chain: ", EC_CORRUPT },
		{ CHAIN("[]"),
		  "answer.signedCertificateEmbeddedSct.chain.certificates: no certificates",
		  EC_CORRUPT },
		{ CHAIN("{}"),
		  "answer.signedCertificateEmbeddedSct.chain.certificates: ", EC_CORRUPT },
		{ CHAIN("[7]"),
		  "answer.signedCertificateEmbeddedSct.chain.certificates[0]: ", EC_CORRUPT },
		{ CHAIN("[\"\"]"),
		  "answer.signedCertificateEmbeddedSct.chain.certificates[0]: ", EC_CORRUPT },
		{ CHAIN("[\"" KEY "\"]"),
		  "answer.signedCertificateEmbeddedSct.chain.certificates[0]: ", EC_CORRUPT },
		{ CHAIN("[\"" PEM "\"]"), "answer", EC_CORRUPT },
		{ CHAIN("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]"),
		  "answer.signedCertificateEmbeddedSct.chain.certificates: 17 elements",
		  EC_CORRUPT },
		{ "{\"signedCertificateDetachedSct\":{\"signedCertificateTimestamp\":\"AA==\","
		  "\"chain\":{\"certificates\":[]}}}",
		  "the certificate's timestamp (SCT) stands outside", EC_UNSUPPORTED },
		{ "{\"signedCertificateDetachedSct\":{\"signedCertificateTimestamp\":\"\","
		  "\"chain\":{\"certificates\":[]}}}",
		  "answer.signedCertificateDetachedSct.chain.certificates: no", EC_CORRUPT },
	};
	AUTO(sign_key) struct sign_key *key = recorded_key();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_issued issued = { 0 };
		struct err err = { 0 };

		if (sign_fulcio_answer(span_of(bad[i].text), key, &issued, &err) == 0)
			fail_msg("%s: read", bad[i].text);
		if (strncmp(err.text, bad[i].why, strlen(bad[i].why)) != 0)
			fail_msg("%s: %s", bad[i].text, err.text);
		assert_int_equal(err.code, bad[i].code);
		assert_null(issued.certificates);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_as_cosign_does),
		cmocka_unit_test(reads_what_a_mock_of_fulcio_answers),
		cmocka_unit_test(refuses_another_key),
		cmocka_unit_test(refuses_what_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
