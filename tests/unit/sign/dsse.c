// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/dsse.h"
#include "base/alloc.h"
#include "base/json.h"
#include "sign/statement.h"
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

/* The envelope of a bundle, as bundles are read: a member of a document. */
static struct sign_envelope *read_bundle(const char *path)
{
	AUTO(str) struct str text = data_read(path);
	AUTO(json) json_t *json = NULL;
	struct sign_envelope *envelope = NULL;
	struct err err = { 0 };
	struct js_at root, member;

	assert_int_equal(js_parse(text.data, text.len, "bundle", &json, &err), 0);
	root = JS_ROOT(json, "bundle");
	member = js_member(&root, "dsseEnvelope");
	if (sign_envelope_read(&member, &envelope, &err) < 0)
		fail_msg("%s", err.text);
	return envelope;
}

static void verifies_what_cosign_signed(void **state)
{
	static const char *const names[] = { "p256", "p384", "p521", "rsa3072",
#ifdef HAVE_SODIUM
					     "ed25519"
#endif
	};
	AUTO(sign_key) struct sign_key *other = read_key(TEST_DATA "/sign/sigstore/cosign.pub");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO(free) char *key_path = mem_printf(COSIGN "%s.pub", names[i]);
		AUTO(free) char *path = mem_printf(COSIGN "bundle-%s.json", names[i]);
		AUTO(sign_key) struct sign_key *key = read_key(key_path);
		AUTO(sign_envelope) struct sign_envelope *envelope = read_bundle(path);
		struct err err = { 0 };

		assert_string_equal(envelope->payload_type, SIGN_PAYLOAD_IN_TOTO);
		assert_int_equal(envelope->n_signatures, 1);
		if (sign_envelope_verify(envelope, key, &err) < 0)
			fail_msg("%s: %s", names[i], err.text);
		assert_int_equal(sign_envelope_verify(envelope, other, &err), -1);
		assert_int_equal(err.code, EC_UNTRUSTED);
		envelope->payload_type[0] ^= 1;
		assert_int_equal(sign_envelope_verify(envelope, key, &err), -1);
		envelope->payload_type[0] ^= 1;
		envelope->payload.data[envelope->payload.len - 1] ^= 1;
		assert_int_equal(sign_envelope_verify(envelope, key, &err), -1);
		assert_int_equal(err.code, EC_UNTRUSTED);
	}
}

/* secure-systems-lab/dsse, protocol.md, "Example" */
static void encodes_what_is_signed(void **state)
{
	AUTO(str) struct str pae = STR_MAX(200);

	(void)state;
	sign_pae("http://example.com/HelloWorld", span_of("hello world"), &pae);
	assert_string_equal(str_text(&pae),
			    "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
	str_cut(&pae, 0);
	sign_pae("", span_of(""), &pae);
	assert_string_equal(str_text(&pae), "DSSEv1 0  0 ");
}

/* What cosign wrote is what epm writes of the same parts. */
static void writes_envelopes_as_cosign(void **state)
{
	AUTO(sign_envelope) struct sign_envelope *envelope = read_bundle(COSIGN "bundle-p256.json");
	AUTO(str) struct str text = data_read(COSIGN "bundle-p256.json");
	AUTO(json) json_t *json = sign_envelope_json(envelope);
	AUTO(free) char *dump = js_dump(json);
	AUTO(free) char *member = mem_printf("\"dsseEnvelope\":%s}", dump);

	(void)state;
	assert_true(text_ends(text.data, member));
}

static void signs(void **state)
{
	AUTO(sign_key) struct sign_key *key = read_key(KEYS "p384.pem");
	AUTO(sign_key) struct sign_key *public = read_key(COSIGN "p384.pub");
	AUTO(sign_envelope) struct sign_envelope *made = NULL;
	AUTO(sign_envelope) struct sign_envelope *again = NULL;
	AUTO(free) char *dump = NULL;
	AUTO(json) json_t *json = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_envelope_make(key, SIGN_ECDSA_SHA256, "text/plain", span_of("a\n"),
					    &made, &err),
			 0);
	json = sign_envelope_json(made);
	dump = js_dump(json);
	assert_true(text_starts(dump, "{\"payload\":\"YQo=\",\"payloadType\":\"text/plain\","
				      "\"signatures\":[{\"sig\":\"MG"));
	assert_int_equal(sign_envelope_parse(span_of(dump), "x", &again, &err), 0);
	assert_string_equal(again->payload.data, "a\n");
	assert_int_equal(sign_envelope_verify(again, public, &err), 0);
	assert_int_equal(
		sign_envelope_make(public, SIGN_BY_KEY, "text/plain", span_of("a\n"), &again, &err),
		-1);
}

static void reads_over_key_ids(void **state)
{
	static const char text[] = "{\"payload\":\"YQo=\",\"payloadType\":\"t\",\"signatures\":["
				   "{\"keyid\":\"x\",\"sig\":\"AAEC\"},{\"sig\":\"AA==\"}]}";
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	AUTO(sign_key) struct sign_key *key = read_key(COSIGN "p256.pub");
	AUTO(free) char *dump = NULL;
	AUTO(json) json_t *json = NULL;
	struct err err = { 0 };
	struct span only;

	(void)state;
	assert_int_equal(sign_envelope_parse(span_of(text), "x", &envelope, &err), 0);
	assert_int_equal(envelope->n_signatures, 2);
	assert_memory_equal(envelope->signatures[0].data, "\0\1\2", 3);
	json = sign_envelope_json(envelope);
	dump = js_dump(json);
	assert_null(strstr(dump, "keyid"));
	/* who wants one wants exactly one */
	assert_int_equal(sign_envelope_signature(envelope, &only, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_int_equal(sign_envelope_verify(envelope, key, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_string_equal(err.text, "an envelope with 2 signatures, not one");
}

#define SIG "\"signatures\":[{\"sig\":\"AA==\"}]"
#define TYPE "\"payloadType\":\"t\","
#define SIGS_8                                                                         \
	"{\"sig\":\"AA==\"},{\"sig\":\"AA==\"},{\"sig\":\"AA==\"},{\"sig\":\"AA==\"}," \
	"{\"sig\":\"AA==\"},{\"sig\":\"AA==\"},{\"sig\":\"AA==\"},{\"sig\":\"AA==\"}"

static void refuses_envelopes(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"payload\":\"YQo=\"," SIG "}",
		"{" TYPE SIG "}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":[]}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":null}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":[{}]}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":[\"AA==\"]}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":[{\"sig\":\"\"}]}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":[{\"sig\":\"AA\"}]}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":[{\"sig\":\"A-_=\"}]}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":[{\"sig\":7}]}",
		"{\"payload\":\"YQo=\"," TYPE "\"signatures\":[" SIGS_8 "," SIGS_8
		",{\"sig\":\"AA==\"}]}",
		"{\"payload\":\"YQo\"," TYPE SIG "}",
		"{\"payload\":\"YQ o=\"," TYPE SIG "}",
		"{\"payload\":7," TYPE SIG "}",
		"{\"payload\":\"YQo=\",\"payload\":\"YQo=\"," TYPE SIG "}",
		"{\"payload\":\"YQo=\",\"payloadType\":7," SIG "}",
		"{\"payload\":\"YQo=\"," TYPE SIG "}x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_envelope *envelope = NULL;
		struct err err = { 0 };

		if (sign_envelope_parse(span_of(bad[i]), "x", &envelope, &err) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_null(envelope);
	}
}

static void refuses_what_is_too_large(void **state)
{
	AUTO(free) char *type = mem_alloc(300);
	AUTO(free) char *text = NULL;
	AUTO(free) char *large = mem_alloc(1);
	struct sign_envelope *envelope = NULL;
	struct err err = { 0 };

	(void)state;
	memset(type, 't', 256);
	text = mem_printf("{\"payload\":\"\",\"payloadType\":\"%s\"," SIG "}", type);
	assert_int_equal(sign_envelope_parse(span_of(text), "x", &envelope, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	/* its bytes are not even looked at */
	assert_int_equal(
		sign_envelope_parse((struct span){ large, LIMIT_SIGNED + 1 }, "x", &envelope, &err),
		-1);
	assert_int_equal(err.code, EC_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_what_cosign_signed),
		cmocka_unit_test(encodes_what_is_signed),
		cmocka_unit_test(writes_envelopes_as_cosign),
		cmocka_unit_test(signs),
		cmocka_unit_test(reads_over_key_ids),
		cmocka_unit_test(refuses_envelopes),
		cmocka_unit_test(refuses_what_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
