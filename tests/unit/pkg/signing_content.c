// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/signing_priv.h"
#include "sign/bundle.h"
#include "sign/statement.h"
#include "support/data.h"

#define HEX "b0efcc6600000000000000000000000000000000000000000000000000000000"
#define OTHER "1111111111111111111111111111111111111111111111111111111111111111"

static const struct oci_digest subject = { "sha256:" HEX };

static json_t *json_of(const char *text)
{
	json_t *json = NULL;
	struct err err = { 0 };

	if (text && js_parse(text, strlen(text), "test", &json, &err) < 0)
		fail_msg("%s", err.text);
	return json;
}

static void check_payload(const struct signing *signing, const char *wanted)
{
	AUTO(str) struct str payload = STR_MAX(LIMIT_SIGNED);
	struct err err = { 0 };

	if (signing_payload(signing, &subject, &payload, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(str_text(&payload), wanted);
}

/* The bytes that cosign 3.1 signs. */
static void writes_what_cosign_writes(void **state)
{
	AUTO(json) json_t *annotations = json_of("{\"n\":\"1\",\"env\":\"prod\"}");
	AUTO(json) json_t *predicate = json_of("{\"b\":1,\"a\":[2]}");
	struct signing_claim claim = { .reference = "127.0.0.1:5000/r",
				       .predicate_type = SIGN_PREDICATE_SIGNATURE };
	struct signing signing = { .claim = &claim };

	(void)state;
	check_payload(&signing,
		      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":"
		      "{\"sha256\":\"" HEX "\"},\"annotations\":{}}],\"predicateType\":"
		      "\"https://sigstore.dev/cosign/sign/v1\",\"predicate\":{}}");
	signing.is_simple = true;
	check_payload(&signing,
		      "{\"critical\":{\"identity\":{\"docker-reference\":\"127.0.0.1:5000/r\"},"
		      "\"image\":{\"docker-manifest-digest\":\"sha256:" HEX "\"},"
		      "\"type\":\"cosign container image signature\"},\"optional\":null}");
	claim.annotations = annotations;
	check_payload(&signing,
		      "{\"critical\":{\"identity\":{\"docker-reference\":\"127.0.0.1:5000/r\"},"
		      "\"image\":{\"docker-manifest-digest\":\"sha256:" HEX "\"},"
		      "\"type\":\"cosign container image signature\"},"
		      "\"optional\":{\"env\":\"prod\",\"n\":\"1\"}}");
	claim = (struct signing_claim){ .reference = "127.0.0.1:5000/r",
					.predicate_type = "https://x.example/y",
					.predicate = predicate };
	check_payload(&signing,
		      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":"
		      "\"127.0.0.1:5000/r\",\"digest\":{\"sha256\":\"" HEX "\"}}],"
		      "\"predicateType\":\"https://x.example/y\","
		      "\"predicate\":{\"a\":[2],\"b\":1}}");
	assert_int_equal(signing_form(&signing), SIGNATURE_ENVELOPE);
	signing.is_simple = false;
	assert_int_equal(signing_form(&signing), SIGNATURE_BUNDLE);
}

#define STATEMENT(type, subjects, predicate_type, predicate)                          \
	"{\"_type\":\"https://in-toto.io/Statement/" type "\",\"subject\":[" subjects \
	"],\"predicateType\":\"" predicate_type "\"" predicate "}"
#define SUBJECT(hex, more) "{\"digest\":{\"sha256\":\"" hex "\"}" more "}"
#define SIGN "https://sigstore.dev/cosign/sign/v1"

struct same {
	const char *text, *predicate_type, *predicate, *annotations;
	bool expected;
};

static const struct same statements[] = {
	{ STATEMENT("v1", SUBJECT(HEX, ",\"annotations\":{}"), SIGN, ",\"predicate\":{}"), SIGN,
	  NULL, NULL, true },
	{ STATEMENT("v0.1", SUBJECT(HEX, ",\"name\":\"x\""), SIGN, ""), SIGN, NULL, NULL, true },
	{ STATEMENT("v1", SUBJECT(OTHER, "") "," SUBJECT(HEX, ""), SIGN, ""), SIGN, NULL, NULL,
	  true },
	{ STATEMENT("v1", SUBJECT(OTHER, ""), SIGN, ""), SIGN, NULL, NULL, false },
	{ STATEMENT("v1", SUBJECT(HEX, ""), "https://x.example/y", ""), SIGN, NULL, NULL, false },
	{ STATEMENT("v1", SUBJECT(HEX, ",\"annotations\":{\"a\":\"1\"}"), SIGN, ""), SIGN, NULL,
	  NULL, false },
	{ STATEMENT("v1", SUBJECT(HEX, ""), SIGN, ""), SIGN, NULL, "{\"a\":\"1\"}", false },
	{ STATEMENT("v1", SUBJECT(HEX, ",\"annotations\":{\"b\":\"2\",\"a\":\"1\"}"), SIGN, ""),
	  SIGN, NULL, "{\"a\":\"1\",\"b\":\"2\"}", true },
	{ STATEMENT("v1", SUBJECT(HEX, ",\"annotations\":{\"a\":\"1\",\"b\":\"2\"}"), SIGN, ""),
	  SIGN, NULL, "{\"a\":\"1\"}", false },
	/* the annotations of another subject are not this one's */
	{ STATEMENT("v1", SUBJECT(OTHER, ",\"annotations\":{\"a\":\"1\"}") "," SUBJECT(HEX, ""),
		    SIGN, ""),
	  SIGN, NULL, "{\"a\":\"1\"}", false },
	{ STATEMENT("v1", SUBJECT(HEX, ""), "u:x", ",\"predicate\":{\"b\":1,\"a\":2}"), "u:x",
	  "{\"a\":2,\"b\":1}", NULL, true },
	{ STATEMENT("v1", SUBJECT(HEX, ""), "u:x", ",\"predicate\":{\"a\":2}"), "u:x",
	  "{\"a\":2,\"b\":1}", NULL, false },
	{ STATEMENT("v1", SUBJECT(HEX, ""), "u:x", ",\"predicate\":\"text\""), "u:x", "\"text\"",
	  NULL, true },
	{ STATEMENT("v1", SUBJECT(HEX, ""), "u:x", ",\"predicate\":\"text\""), "u:x", NULL, NULL,
	  false },
	{ STATEMENT("v1", SUBJECT(HEX, ""), "u:x", ",\"predicate\":null"), "u:x", NULL, NULL,
	  false },
	{ "{}", SIGN, NULL, NULL, false },
	{ "", SIGN, NULL, NULL, false },
};

/* The text as it would stand in a bundle; the signature is of no account here. */
static struct str bundle_of(const char *payload)
{
	AUTO(str) struct str key = data_read(TEST_DATA "/sign/keys/p256.pem");
	AUTO(sign_key) struct sign_key *parsed = NULL;
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	AUTO(free) char *text = NULL;
	struct str out = STR_MAX(LIMIT_SIGNED);
	struct err err = { 0 };

	assert_int_equal(
		sign_key_read((struct span){ key.data, key.len }, "k", NULL, &parsed, &err), 0);
	assert_int_equal(sign_envelope_make(parsed, SIGN_BY_KEY, SIGN_PAYLOAD_IN_TOTO,
					    span_of(payload), &envelope, &err),
			 0);
	text = sign_bundle_write("hint", envelope);
	str_adds(&out, text);
	return out;
}

static void knows_what_was_said_already(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
		const struct same *one = &statements[i];
		AUTO(json) json_t *predicate = json_of(one->predicate);
		AUTO(json) json_t *annotations = json_of(one->annotations);
		AUTO(str) struct str body = bundle_of(one->text);
		const struct signing_claim claim = { .reference = "r",
						     .predicate_type = one->predicate_type,
						     .predicate = predicate,
						     .annotations = annotations };
		const struct signing signing = { .claim = &claim };
		struct signature signature = { .form = SIGNATURE_BUNDLE, .body = body };

		if (signing_says_same(&signing, &signature, &subject) != one->expected)
			fail_msg("case %zu: %s", i, one->text);
		/* what could not be read, or is in another form, says nothing */
		signature.err.code = EC_CORRUPT;
		assert_false(signing_says_same(&signing, &signature, &subject));
		signature.err.code = EC_NONE;
		signature.form = SIGNATURE_ENVELOPE;
		assert_false(signing_says_same(&signing, &signature, &subject));
	}
}

static void a_statement_that_is_given_is_compared_by_its_bytes(void **state)
{
	static const char text[] = STATEMENT("v1", SUBJECT(HEX, ""), "u:x", ",\"predicate\":{}");
	static const char blank[] =
		" " STATEMENT("v1", SUBJECT(HEX, ""), "u:x", ",\"predicate\":{}");
	AUTO(str) struct str body = bundle_of(text);
	struct signing_claim claim = { .predicate_type = "u:x", .statement = span_of(text) };
	const struct signing signing = { .claim = &claim };
	const struct signature signature = { .form = SIGNATURE_BUNDLE, .body = body };
	AUTO(str) struct str payload = STR_MAX(LIMIT_SIGNED);
	const struct oci_digest other = { "sha256:" OTHER };
	struct err err = { 0 };

	(void)state;
	assert_true(signing_says_same(&signing, &signature, &subject));
	claim.statement = span_of(blank);
	assert_false(signing_says_same(&signing, &signature, &subject));
	check_payload(&signing, blank);
	assert_int_equal(signing_payload(&signing, &other, &payload, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
}

#define SIMPLE(digest, reference, optional)                              \
	"{\"critical\":{\"identity\":{\"docker-reference\":\"" reference \
	"\"},\"image\":{\"docker-manifest-digest\":\"sha256:" digest     \
	"\"},\"type\":\"cosign container image signature\"},\"optional\":" optional "}"

static void knows_simple_payloads(void **state)
{
	static const struct {
		const char *text, *annotations;
		bool expected;
	} cases[] = {
		{ SIMPLE(HEX, "a", "null"), NULL, true },
		{ SIMPLE(HEX, "", "{}"), NULL, true },
		{ SIMPLE(HEX, "elsewhere", "{\"a\":\"1\"}"), "{\"a\":\"1\"}", true },
		{ SIMPLE(HEX, "a", "{\"a\":\"1\"}"), NULL, false },
		{ SIMPLE(HEX, "a", "null"), "{\"a\":\"1\"}", false },
		{ SIMPLE(OTHER, "a", "null"), NULL, false },
		{ "{}", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(json) json_t *annotations = json_of(cases[i].annotations);
		AUTO(str) struct str body = STR_MAX(LIMIT_SIGNED);
		const struct signing_claim claim = { .reference = "r",
						     .predicate_type = SIGN_PREDICATE_SIGNATURE,
						     .annotations = annotations };
		const struct signing signing = { .claim = &claim, .is_simple = true };
		struct signature signature = { .form = SIGNATURE_SIMPLE };

		str_adds(&body, cases[i].text);
		signature.body = body;
		if (signing_says_same(&signing, &signature, &subject) != cases[i].expected)
			fail_msg("case %zu: %s", i, cases[i].text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_cosign_writes),
		cmocka_unit_test(knows_what_was_said_already),
		cmocka_unit_test(a_statement_that_is_given_is_compared_by_its_bytes),
		cmocka_unit_test(knows_simple_payloads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
