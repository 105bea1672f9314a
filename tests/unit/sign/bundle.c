// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/bundle.h"
#include "base/alloc.h"
#include "base/json.h"
#include "sign/keyed.h"
#include "sign/statement.h"
#include "support/data.h"

#define DATA TEST_DATA "/sign/sigstore/"

static struct span span_of_str(const struct str *s)
{
	return (struct span){ s->data, s->len };
}

static void parse_file(const char *path, struct sign_bundle *out)
{
	AUTO(str) struct str text = data_read(path);
	struct err err = { 0 };

	if (sign_bundle_parse(span_of_str(&text), out, &err) < 0)
		fail_msg("%s: %s", path, err.text);
}

static void reads_what_cosign_writes(void **state)
{
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(sign_bundle) struct sign_bundle stamped = { 0 };
	const struct sign_tlog_entry *entry;

	(void)state;
	parse_file(DATA "bundle.json", &bundle);
	assert_int_equal(bundle.version, 3);
	assert_false(bundle.has_key);
	assert_int_equal(bundle.n_certificates, 1);
	assert_int_equal(bundle.certificates[0].len, 1054);
	assert_string_equal(bundle.envelope->payload_type, SIGN_PAYLOAD_IN_TOTO);
	assert_int_equal(bundle.n_entries, 1);
	assert_int_equal(bundle.n_timestamps, 0);
	entry = &bundle.entries[0];
	assert_int_equal(entry->log_index, 5);
	assert_int_equal(entry->integrated_time, 1795309350);
	assert_string_equal(entry->kind, "dsse");
	assert_string_equal(entry->version, "0.0.1");
	assert_int_equal(entry->log_id.len, 32);
	assert_int_equal(entry->proof->tree_size, 6);
	assert_int_equal(entry->proof->n_hashes, 2);
	parse_file(DATA "bundle_tsa.json", &stamped);
	assert_int_equal(stamped.n_timestamps, 1);
}

static void writes_what_cosign_writes(void **state)
{
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(str) struct str text = data_read(DATA "bundleA.json");
	AUTO(str) struct str payload = data_read(DATA "payloadA.json");
	AUTO(free) char *written = NULL;

	(void)state;
	parse_file(DATA "bundleA.json", &bundle);
	assert_true(bundle.has_key);
	assert_int_equal(bundle.envelope->payload.len, payload.len);
	assert_memory_equal(bundle.envelope->payload.data, payload.data, payload.len);
	written = sign_bundle_write(bundle.hint, bundle.envelope);
	assert_int_equal(strlen(written), 659);
	assert_int_equal(text.len, 659);
	assert_memory_equal(written, text.data, text.len);
}

/* The document with one member set to a text of JSON; value NULL takes the member out. */
static char *with_member(const char *file, const char *const *path, const char *value)
{
	AUTO(str) struct str text = data_read(file);
	AUTO(json) json_t *json = NULL;
	json_t *at, *new_value = NULL;
	struct err err;

	if (js_parse(text.data, text.len, "bundle", &json, &err) < 0 ||
	    (value && js_parse(value, strlen(value), "value", &new_value, &err) < 0))
		fail_msg("%s", err.text);
	at = json;
	for (; path[1]; path++)
		at = json_is_array(at) ? json_array_get(at, 0) : json_object_get(at, path[0]);
	if (new_value)
		json_object_set_new(at, path[0], new_value);
	else
		json_object_del(at, path[0]);
	return js_dump(json);
}

#define ENTRY "verificationMaterial", "tlogEntries", "0"
#define PROOF ENTRY, "inclusionProof"
#define MATERIAL "verificationMaterial"
#define HASH "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""

struct change {
	const char *path[6];
	const char *value, *text;
};

static const struct change refused[] = {
	{ { "mediaType" }, NULL, "bundle.mediaType: expected a string" },
	{ { "mediaType" }, "\"application/json\"", "bundle: \"application/json\" is not" },
	{ { "mediaType" }, "\"application/vnd.dev.sigstore.bundle.v0.4+json\"", "bundle: \"app" },
	{ { "mediaType" }, "\"application/vnd.dev.sigstore.bundle.v0.1+json\"", NULL },
	{ { "more" }, "1", "bundle: a member \"more\" is not known" },
	{ { "dsseEnvelope" }, NULL, "bundle: expected one of dsseEnvelope and messageSignature" },
	{ { "messageSignature" }, "{}", "bundle: expected one of" },
	{ { "dsseEnvelope", "payload" }, "\"a\"", "bundle.dsseEnvelope.payload: base64" },
	{ { "dsseEnvelope", "payload" }, "\"YWI\"", "bundle.dsseEnvelope.payload: base64" },
	{ { "dsseEnvelope", "payload" }, "\"YWJ_\"", "bundle.dsseEnvelope.payload: base64" },
	{ { "dsseEnvelope", "signatures" }, "[]", "bundle.dsseEnvelope.signatures: expected" },
	{ { "dsseEnvelope", "signatures" }, "{}", "bundle.dsseEnvelope.signatures: expected" },
	{ { "dsseEnvelope", "signatures" }, "[{\"sig\":\"\"}]", "bundle.dsseEnvelope.signatures[" },
	{ { "dsseEnvelope", "signatures" },
	  "[{\"sig\":\"YQ==\",\"cert\":\"x\"}]",
	  "bundle.dsseEnvelope.signatures[0]: a member \"cert\" is not known" },
	{ { MATERIAL }, "{}", "bundle.verificationMaterial: expected one of" },
	{ { MATERIAL, "publicKey" }, "{}", "bundle.verificationMaterial: expected one of" },
	{ { MATERIAL, "certificate" },
	  "{\"rawBytes\":\"\"}",
	  "bundle.verificationMaterial.certificate.rawBytes: is empty" },
	{ { MATERIAL, "tlogEntries" },
	  "7",
	  "bundle.verificationMaterial.tlogEntries: expected an" },
	{ { ENTRY, "logIndex" }, "\"-1\"", "bundle.verificationMaterial.tlogEntries[0].logIndex" },
	{ { ENTRY, "logIndex" },
	  "\"9223372036854775808\"",
	  "bundle.verificationMaterial.tlogEntries[0].logIndex: expected a number" },
	{ { ENTRY, "logIndex" },
	  "\"99999999999999999999999\"",
	  "bundle.verificationMaterial.tlogEntries[0].logIndex: expected a number" },
	{ { ENTRY, "logIndex" }, "\"5 \"", "bundle.verificationMaterial.tlogEntries[0].logIndex" },
	{ { ENTRY, "logIndex" }, "\"\"", "bundle.verificationMaterial.tlogEntries[0].logIndex" },
	{ { ENTRY, "logIndex" }, "5.5", "bundle.verificationMaterial.tlogEntries[0].logIndex" },
	{ { ENTRY, "integratedTime" },
	  "\"0x10\"",
	  "bundle.verificationMaterial.tlogEntries[0].integratedTime" },
	{ { ENTRY, "logId" }, "{}", "bundle.verificationMaterial.tlogEntries[0].logId.keyId" },
	{ { ENTRY, "kindVersion" },
	  NULL,
	  "bundle.verificationMaterial.tlogEntries[0].kindVersion" },
	{ { ENTRY, "canonicalizedBody" },
	  NULL,
	  "bundle.verificationMaterial.tlogEntries[0].canonicalizedBody" },
	{ { ENTRY, "proof" }, "1", "bundle.verificationMaterial.tlogEntries[0]: a member" },
	{ { PROOF, "checkpoint" },
	  NULL,
	  "bundle.verificationMaterial.tlogEntries[0]: inclusion proof: " },
	{ { PROOF, "rootHash" },
	  "\"AAAA\"",
	  "bundle.verificationMaterial.tlogEntries[0].inclusionProof.rootHash: not 32" },
	{ { PROOF, "hashes" },
	  "[7]",
	  "bundle.verificationMaterial.tlogEntries[0].inclusionProof.hashes[0]: expected base64" },
	{ { PROOF, "treeSize" },
	  "\"18446744073709551616\"",
	  "bundle.verificationMaterial.tlogEntries[0].inclusionProof.treeSize" },
	{ { MATERIAL, "timestampVerificationData" },
	  "{\"rfc3161Timestamps\":[{}]}",
	  "bundle.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0]" },
	{ { MATERIAL, "x509CertificateChain" },
	  "{\"certificates\":[]}",
	  "bundle.verificationMaterial: expected one of" },
};

static void refuses_what_it_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		AUTO(free)
		char *text = with_member(DATA "bundle.json", refused[i].path, refused[i].value);
		AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
		struct err err = { 0 };
		int rc = sign_bundle_parse(span_of(text), &bundle, &err);

		if (!refused[i].text) {
			assert_int_equal(rc, 0);
			continue;
		}
		if (rc == 0 || strncmp(err.text, refused[i].text, strlen(refused[i].text)) != 0)
			fail_msg("%zu: expected \"%s\", found \"%s\"", i, refused[i].text,
				 err.text);
		assert_null(bundle.envelope);
	}
}

/* n times the same element in the array of one member. */
static int parse_many(const char *const *path, const char *element, size_t n, struct err *err)
{
	AUTO(str) struct str list = STR_MAX(LIMIT_OBJECT);
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(free) char *text = NULL;

	for (size_t i = 0; i < n; i++) {
		str_addc(&list, i ? ',' : '[');
		str_adds(&list, element);
	}
	str_addc(&list, ']');
	text = with_member(DATA "bundle.json", path, list.data);
	return sign_bundle_parse(span_of(text), &bundle, err);
}

static void bounds_what_is_there(void **state)
{
	static const char *const entries[] = { MATERIAL, "tlogEntries", NULL };
	static const char *const hashes[] = { PROOF, "hashes", NULL };
	static const char *const signatures[] = { "dsseEnvelope", "signatures", NULL };
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(free) char *large = mem_alloc(LIMIT_SIGNED + 2);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(parse_many(entries, "{}", 10000, &err), -1);
	assert_string_equal(err.text, "bundle.verificationMaterial.tlogEntries: 10000 elements, "
				      "more than 32");
	assert_int_equal(parse_many(hashes, HASH, 65, &err), -1);
	assert_string_equal(err.text, "bundle.verificationMaterial.tlogEntries[0].inclusionProof."
				      "hashes: 65 elements, more than 64");
	assert_int_equal(parse_many(hashes, HASH, 100000, &err), -1);
	assert_string_equal(err.text, "bundle: more than 65536 values");
	assert_int_equal(parse_many(signatures, "{\"sig\":\"YQ==\"}", 10000, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	memset(large, ' ', LIMIT_SIGNED + 1);
	assert_int_equal(sign_bundle_parse((struct span){ large, LIMIT_SIGNED + 1 }, &bundle, &err),
			 -1);
	assert_string_equal(err.text, "bundle: 33554433 bytes, more than 33554432");
}

static void refuses_members_that_stand_twice(void **state)
{
	static const char text[] =
		"{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"mediaType\":"
		"\"application/vnd.dev.sigstore.bundle.v0.3+json\"}";
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_bundle_parse(span_of(text), &bundle, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
}

static void reads_messages(void **state)
{
#define MESSAGE(algorithm, digest)                                                             \
	"{\"mediaType\":\"" SIGN_BUNDLE_TYPE "\",\"verificationMaterial\":{\"publicKey\":{}}," \
	"\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"" algorithm                  \
	"\",\"digest\":" digest "},\"signature\":\"YQ==\"}}"
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(sign_bundle) struct sign_bundle bad = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_bundle_parse(span_of(MESSAGE("SHA2_256", HASH)), &bundle, &err), 0);
	assert_null(bundle.envelope);
	assert_null(bundle.hint);
	assert_int_equal(bundle.digest.len, 32);
	assert_int_equal(bundle.signature.len, 1);
	assert_int_equal(sign_bundle_parse(span_of(MESSAGE("SHA2_512", HASH)), &bad, &err), -1);
	assert_int_equal(sign_bundle_parse(span_of(MESSAGE("SHA1", HASH)), &bad, &err), -1);
}

static struct sign_key *read_key(void)
{
	AUTO(str) struct str pem = data_read(DATA "cosign.pub");
	struct sign_key *key = NULL;
	struct err err = { 0 };

	if (sign_key_read_public(span_of_str(&pem), "cosign.pub", &key, &err) < 0)
		fail_msg("%s", err.text);
	return key;
}

static void verifies_by_key(void **state)
{
	static const struct {
		const char *file, *root, *text;
	} cases[] = {
		{ DATA "bundleA.json", NULL, "" },
		{ DATA "bundleA.json", DATA "trusted_root.json", "transparency log: there is no" },
		{ DATA "bundle_keyed_tlog.json", NULL, "" },
		{ DATA "bundle_keyed_tlog.json", DATA "trusted_root.json", "" },
		{ DATA "bundle_keyed_tlog.json", DATA "tr-empty.json", "transparency log: no ent" },
		{ DATA "bundle.json", NULL, "signature: it is by a certificate" },
	};
	AUTO(sign_key) struct sign_key *key = read_key();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
		AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
		AUTO(str) struct str text = STR_MAX(0);
		struct sign_keyed_policy policy = { .root = cases[i].root ? &root : NULL };
		struct sign_keyed_result result = { 0 };
		struct err err = { 0 };

		if (cases[i].root) {
			text = data_read(cases[i].root);
			assert_int_equal(sign_trusted_root_parse(span_of_str(&text), &root, &err),
					 0);
		}
		parse_file(cases[i].file, &bundle);
		if (sign_keyed_verify(&bundle, key, &policy, &result, &err) !=
			    (*cases[i].text ? -1 : 0) ||
		    strncmp(err.text, cases[i].text, strlen(cases[i].text)) != 0)
			fail_msg("%zu: %s", i, err.text);
		assert_int_equal(result.log_index, cases[i].root && !*cases[i].text ? 7 : 0);
		assert_int_equal(result.time, cases[i].root && !*cases[i].text ? 1795309473 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_cosign_writes),
		cmocka_unit_test(writes_what_cosign_writes),
		cmocka_unit_test(refuses_what_it_is_not),
		cmocka_unit_test(bounds_what_is_there),
		cmocka_unit_test(refuses_members_that_stand_twice),
		cmocka_unit_test(reads_messages),
		cmocka_unit_test(verifies_by_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
