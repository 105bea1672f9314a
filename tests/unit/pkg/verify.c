// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/verify.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/json.h"
#include "oci/mediatype.h"
#include "sign/statement.h"
#include "support/data.h"

#define SIGSTORE TEST_DATA "/sign/sigstore/"
#define COSIGN TEST_DATA "/sign/cosign/"
#define KEYS TEST_DATA "/sign/keys/"
#define SIGNED "335d3e5620515d6d06f6fe30cbcc887d6d81e2e0b585c1c2f7dd495fbf96ff5e" /* by p256 */
#define NAME "https://github.com/acme/ebpf/.github/workflows/release.yml@refs/tags/v1"
#define ISSUER "https://token.actions.githubusercontent.com"
#define SLSA "https://slsa.dev/provenance/v1"

static struct span span_of_str(const struct str *s)
{
	return (struct span){ str_text(s), s->len };
}

static struct sign_key *read_key(const char *path)
{
	AUTO(str) struct str text = data_read(path);
	struct sign_key *key = NULL;
	struct err err;

	if (sign_key_read(span_of_str(&text), path, NULL, &key, &err) < 0)
		fail_msg("%s", err.text);
	return key;
}

static void read_root(const char *path, struct sign_trusted_root *out)
{
	AUTO(str) struct str text = data_read(path);
	struct err err;

	if (sign_trusted_root_parse(span_of_str(&text), out, &err) < 0)
		fail_msg("%s", err.text);
}

/* One more signature, whose body is taken over. */
static struct signature *add(struct signatures *list, enum signature_form form, struct str body)
{
	ARRAY_ROOM(list->items, list->n_items, list->cap);
	list->items[list->n_items] = (struct signature){
		.form = form,
		.body = body,
		.media_type = mem_text(form == SIGNATURE_NOTATION ? SIGNATURE_TYPE_JWS : "x"),
	};
	oci_digest_of(body.data, body.len, &list->items[list->n_items].manifest);
	return &list->items[list->n_items++];
}

static void set_digest(struct verify_question *question, const char *hex)
{
	AUTO(free) char *text = mem_printf("sha256:%s", hex);
	struct err err;

	assert_int_equal(oci_digest_parse(text, &question->digest, &err), 0);
}

static struct verify_question ask(const struct verify_signer *signers, size_t n, const char *hex)
{
	struct verify_question question = {
		.media_type = OCI_TYPE_MANIFEST,
		.size_bytes = 610,
		.signers = signers,
		.n_signers = n,
		.predicate_type = SIGN_PREDICATE_SIGNATURE,
		.now = 1795309660,
	};

	set_digest(&question, hex);
	return question;
}

static void expect(const char *name, const struct verify_result *result, const char *check,
		   enum verify_stage stage)
{
	if (!check) {
		if (result->err.code || !result->signer)
			fail_msg("%s: %s", name, result->err.text);
		return;
	}
	if (!result->err.code || result->signer || result->stage != stage ||
	    strncmp(result->err.text, check, strlen(check)) != 0)
		fail_msg("%s: stage %d: %s", name, result->stage, result->err.text);
}

static void judges_bundles_by_a_key(void **state)
{
#define HEX_A "b0efcc663ab2f2e2e956d7d6493c8ff8519ee998a83879c9ed0814992931ce08"
#define HEX_T "11674f9bbab13ad3570fe9d5ced6637cd87503ade784f29392c8c0bef7d9cc1b"
	static const struct {
		const char *file, *key, *hex, *root;
		bool wants_log;
		const char *check;
		enum verify_stage stage;
	} cases[] = {
		{ COSIGN "bundle-p256.json", COSIGN "p256.pub", SIGNED, NULL, false, NULL, 0 },
		{ COSIGN "bundle-p384.json", COSIGN "p384.pub",
		  "2b735aa989694e3287f4fd58a7b44c7e7472ba6fb093e9527a4c6cc0a3ce18e2", NULL, false,
		  NULL, 0 },
		{ COSIGN "bundle-p521.json", COSIGN "p521.pub",
		  "658ce4d00c2a4efb7a320d702ee0f01ae08f15dd6276e571976994073bb34e79", NULL, false,
		  NULL, 0 },
		{ COSIGN "bundle-rsa3072.json", COSIGN "rsa3072.pub",
		  "4290b088244038de72995f2fdc25e9816412168687258485e7fd146168326db8", NULL, false,
		  NULL, 0 },
		{ SIGSTORE "bundleA.json", SIGSTORE "cosign.pub", HEX_A, NULL, false, NULL, 0 },
		{ SIGSTORE "bundleA.json", SIGSTORE "cosign.pub", SIGNED, NULL, false,
		  "digest: ", VERIFY_OF_ANOTHER },
		{ SIGSTORE "bundleA.json", COSIGN "p256.pub", HEX_A, NULL, false,
		  "signature: it is by another key (sha256:a1a1e57c7fcc665dc2f9d722346fccae",
		  VERIFY_BY_ANOTHER },
		{ COSIGN "bundle-p256.json", COSIGN "p384.pub", SIGNED, NULL, false,
		  "signature: it is by another key", VERIFY_BY_ANOTHER },
		{ SIGSTORE "bundleA.json", SIGSTORE "cosign.pub", HEX_A,
		  SIGSTORE "trusted_root.json", true, "transparency log: there is no entry",
		  VERIFY_UNPROVED },
		{ SIGSTORE "bundleA.json", SIGSTORE "cosign.pub", HEX_A, NULL, true,
		  "transparency log: there is no trusted root", VERIFY_UNPROVED },
		{ SIGSTORE "bundle_keyed_tlog.json", SIGSTORE "cosign.pub", HEX_T,
		  SIGSTORE "trusted_root.json", true, NULL, 0 },
		{ SIGSTORE "bundle_keyed_tlog.json", SIGSTORE "cosign.pub", HEX_T,
		  SIGSTORE "tr-empty.json", true, "transparency log: no entry is",
		  VERIFY_UNPROVED },
		{ SIGSTORE "bundle_keyed_tlog.json", SIGSTORE "cosign.pub", HEX_T,
		  SIGSTORE "tr-empty.json", false, NULL, 0 },
		{ SIGSTORE "bundle.json", SIGSTORE "cosign.pub", HEX_A, NULL, false,
		  "signature: it is by a certificate, and no identity", VERIFY_BY_ANOTHER },
		{ SIGSTORE "payloadA.json", SIGSTORE "cosign.pub", HEX_A, NULL, false, "bundle",
		  VERIFY_UNREADABLE },
		{ COSIGN "simple.json", SIGSTORE "cosign.pub", HEX_A, NULL, false, "bundle",
		  VERIFY_UNREADABLE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(sign_key) struct sign_key *key = read_key(cases[i].key);
		AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
		AUTO(signatures) struct signatures list = { 0 };
		AUTO(verify_report) struct verify_report report = { 0 };
		const struct verify_signer signer = { VERIFY_KEY, .name = "us", .key = key };
		struct verify_question question = ask(&signer, 1, cases[i].hex);

		if (cases[i].root) {
			read_root(cases[i].root, &root);
			question.root = &root;
		}
		question.wants_log = cases[i].wants_log;
		add(&list, SIGNATURE_BUNDLE, data_read(cases[i].file));
		verify_all(&list, &question, &report);
		expect(cases[i].file, &report.results[0], cases[i].check, cases[i].stage);
		assert_int_equal(report.n_signers, cases[i].check ? 0 : 1);
	}
}

static void says_what_a_bundle_says(void **state)
{
	AUTO(sign_key) struct sign_key *key = read_key(SIGSTORE "cosign.pub");
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	AUTO(signatures) struct signatures list = { 0 };
	AUTO(verify_report) struct verify_report report = { 0 };
	const struct verify_signer signer = { VERIFY_KEY, .name = "us", .key = key };
	struct verify_question question = ask(&signer, 1, HEX_T);
	const struct verify_result *result;

	(void)state;
	read_root(SIGSTORE "trusted_root.json", &root);
	question.root = &root;
	add(&list, SIGNATURE_BUNDLE, data_read(SIGSTORE "bundle_keyed_tlog.json"));
	verify_all(&list, &question, &report);
	result = &report.results[0];
	expect("keyed", result, NULL, 0);
	assert_ptr_equal(result->signer, &signer);
	assert_string_equal(result->predicate_type, SIGN_PREDICATE_SIGNATURE);
	assert_string_equal(
		result->fingerprint,
		"sha256:a1a1e57c7fcc665dc2f9d722346fccae812d4fa7ab16ff7f5bdb126edc334535");
	assert_true(result->has_log_index);
	assert_true(result->time > 1795309000);
	assert_null(result->identity);
}

/* Annotations that were signed: env=prod, b=2. */
static void compares_annotations(void **state)
{
	static const struct {
		const char *asked, *check;
	} cases[] = {
		{ "{}", NULL },
		{ "{\"env\":\"prod\"}", NULL },
		{ "{\"b\":\"2\",\"env\":\"prod\"}", NULL },
		{ "{\"env\":\"test\"}", "annotations: 'env'" },
		{ "{\"b\":\"2\",\"c\":\"\"}", "annotations: 'c'" },
	};
	AUTO(sign_key) struct sign_key *key = read_key(COSIGN "p256.pub");
	const struct verify_signer signer = { VERIFY_KEY, .name = "us", .key = key };
	AUTO(signatures) struct signatures list = { 0 };
	AUTO(str) struct str encoded = data_read(COSIGN "simple-p256.sig");
	struct signature *simple;

	(void)state;
	add(&list, SIGNATURE_BUNDLE, data_read(COSIGN "bundle-p256.json"));
	simple = add(&list, SIGNATURE_SIMPLE, data_read(COSIGN "simple-p256.json"));
	simple->annotations = json_object();
	str_cut(&encoded, span_trim(span_of_str(&encoded)).len);
	js_set_text(simple->annotations, "dev.cosignproject.cosign/signature", str_text(&encoded));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(verify_report) struct verify_report report = { 0 };
		struct verify_question question = ask(&signer, 1, SIGNED);
		AUTO(json) json_t *asked = json_loads(cases[i].asked, 0, NULL);

		question.annotations = asked;
		verify_all(&list, &question, &report);
		for (size_t k = 0; k < 2; k++) {
			expect(cases[i].asked, &report.results[k], cases[i].check,
			       VERIFY_OF_ANOTHER);
			if (!cases[i].check)
				assert_string_equal(
					oci_annotation(report.results[k].annotations, "env"),
					"prod");
		}
		assert_int_equal(report.n_signers, cases[i].check ? 0 : 1);
	}
}

static void judges_simple_signatures(void **state)
{
	static const struct {
		const char *payload, *signature, *hex, *check;
		enum verify_stage stage;
	} cases[] = {
		{ COSIGN "simple-p256.json", COSIGN "simple-p256.sig", SIGNED, NULL, 0 },
		{ COSIGN "simple-p256.json", COSIGN "simple-p256.sig", HEX_A,
		  "digest: ", VERIFY_OF_ANOTHER },
		{ COSIGN "simple.json", COSIGN "simple-p256.sig", SIGNED,
		  "signature: it is by none", VERIFY_BY_ANOTHER },
		{ COSIGN "simple-p256.json", COSIGN "simple-p384.sig", SIGNED,
		  "signature: it is by none", VERIFY_BY_ANOTHER },
		{ COSIGN "simple-p256.json", NULL, SIGNED, "signature: the layer has none",
		  VERIFY_UNREADABLE },
		{ COSIGN "simple-p256.json", COSIGN "p256.pub", SIGNED,
		  "signature: ", VERIFY_UNREADABLE },
	};
	AUTO(sign_key) struct sign_key *key = read_key(COSIGN "p256.pub");
	const struct verify_signer signer = { VERIFY_KEY, .name = "us", .key = key };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct verify_question question = ask(&signer, 1, cases[i].hex);
		AUTO(signatures) struct signatures list = { 0 };
		AUTO(verify_report) struct verify_report report = { 0 };
		struct signature *one = add(&list, SIGNATURE_SIMPLE, data_read(cases[i].payload));

		if (cases[i].signature) {
			AUTO(str) struct str text = data_read(cases[i].signature);

			str_cut(&text, span_trim(span_of_str(&text)).len);
			one->annotations = json_object();
			js_set_text(one->annotations, "dev.cosignproject.cosign/signature",
				    str_text(&text));
		}
		verify_all(&list, &question, &report);
		expect(cases[i].payload, &report.results[0], cases[i].check, cases[i].stage);
	}
}

static void judges_identities(void **state)
{
#define HEX_K "37c71e6e3ae875a15c691f4a6e8af93828e3e660c6fadcd6fcb53bf625397072"
	static const struct {
		const char *file, *root;
		struct sign_identity_rule rule;
		bool is_revoked;
		const char *check;
		enum verify_stage stage;
	} cases[] = {
		{ "bundle.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  NULL,
		  0 },
		{ "jsbundle.json",
		  "trusted_root.json",
		  { NAME, false, NULL, false },
		  false,
		  NULL,
		  0 },
		{ "bundle.json",
		  "trusted_root.json",
		  { "https://github\\.com/acme/.*", true, ISSUER, false },
		  false,
		  NULL,
		  0 },
		{ "bundle.json",
		  "trusted_root.json",
		  { "https://github.com/acme/", false, ISSUER, false },
		  false,
		  "identity: it is signed by \"" NAME "\", not by",
		  VERIFY_BY_ANOTHER },
		{ "bundle.json",
		  "trusted_root.json",
		  { NAME, false, "https://accounts.google.com", false },
		  false,
		  "issuer: ",
		  VERIFY_BY_ANOTHER },
		{ "bundle.json",
		  "trusted_root.json",
		  { NULL, false, NULL, false },
		  false,
		  "identity: ",
		  VERIFY_BY_ANOTHER },
		{ "bundle.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  true,
		  "revoked: it is by us",
		  VERIFY_REVOKED },
		{ "bundle.json",
		  NULL,
		  { NAME, false, ISSUER, false },
		  false,
		  "certificate chain: there is no trusted root",
		  VERIFY_BY_ANOTHER },
		{ "bundle.json",
		  "t2.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "certificate chain: ",
		  VERIFY_BY_ANOTHER },
		{ "bundle.json",
		  "t1.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "certificate timestamp (SCT): ",
		  VERIFY_UNPROVED },
		{ "n1.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "signing time: ",
		  VERIFY_UNPROVED },
		{ "n2.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "bundle.verificationMaterial.tlogEntries[0]: inclusion proof",
		  VERIFY_UNREADABLE },
		{ "n3.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "inclusion proof: ",
		  VERIFY_UNPROVED },
		{ "n4.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "inclusion promise: ",
		  VERIFY_UNPROVED },
		{ "n5.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "transparency log: ",
		  VERIFY_UNPROVED },
		{ "n6.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "checkpoint: ",
		  VERIFY_UNPROVED },
		{ "n7.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "signature: ",
		  VERIFY_BY_ANOTHER },
		{ "bundleA.json",
		  "trusted_root.json",
		  { NAME, false, ISSUER, false },
		  false,
		  "signature: it is by a key, and no key is believed",
		  VERIFY_BY_ANOTHER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct verify_signer signer = { VERIFY_IDENTITY, .name = "us",
						      .identity = cases[i].rule,
						      .is_revoked = cases[i].is_revoked };
		struct verify_question question = ask(&signer, 1, HEX_K);
		AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
		AUTO(signatures) struct signatures list = { 0 };
		AUTO(verify_report) struct verify_report report = { 0 };
		AUTO(free) char *file = mem_printf(SIGSTORE "%s", cases[i].file);

		if (cases[i].root) {
			AUTO(free) char *path = mem_printf(SIGSTORE "%s", cases[i].root);

			read_root(path, &root);
			question.root = &root;
		}
		add(&list, SIGNATURE_BUNDLE, data_read(file));
		verify_all(&list, &question, &report);
		expect(cases[i].file, &report.results[0], cases[i].check, cases[i].stage);
		if (cases[i].check)
			continue;
		assert_string_equal(report.results[0].identity, NAME);
		assert_string_equal(report.results[0].issuer, ISSUER);
		assert_true(report.results[0].time > 1795309000);
		assert_true(report.results[0].has_log_index);
	}
}

/* A statement about `hex`, signed by a key. */
static struct str make_envelope(const char *key_path, const char *hex, const char *type)
{
	AUTO(sign_key) struct sign_key *key = read_key(key_path);
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	AUTO(json) json_t *predicate = json_pack("{s:s}", "name", "it");
	AUTO(json) json_t *json = NULL;
	AUTO(free) char *text = NULL;
	AUTO(free) char *payload = NULL;
	struct sign_subject subject = { .name = "x", .sha256 = hex };
	const struct sign_statement statement = { .is_v01 = true,
						  .subjects = &subject,
						  .n_subjects = 1,
						  .predicate_type = type,
						  .predicate = predicate };
	struct str out = STR_MAX(LIMIT_SIGNED);
	struct err err;

	payload = sign_statement_dump(&statement);
	if (sign_envelope_make(key, SIGN_BY_KEY, SIGN_PAYLOAD_IN_TOTO, span_of(payload), &envelope,
			       &err) < 0)
		fail_msg("%s", err.text);
	json = sign_envelope_json(envelope);
	text = js_dump(json);
	str_adds(&out, text);
	return out;
}

static void tells_attestations_from_signatures(void **state)
{
	static const struct {
		const char *made, *asked, *hex, *check;
		enum verify_stage stage;
	} cases[] = {
		{ SLSA, SLSA, HEX_A, NULL, 0 },
		{ SLSA, SLSA, SIGNED, "digest: ", VERIFY_OF_ANOTHER },
		{ SLSA, "https://spdx.dev/Document", HEX_A,
		  "predicate type: it is an attestation of " SLSA ", not of https://spdx.dev/D",
		  VERIFY_OF_ANOTHER },
		{ SLSA, SIGN_PREDICATE_SIGNATURE, HEX_A,
		  "predicate type: an attestation (" SLSA ") is no signature", VERIFY_OF_ANOTHER },
		{ SIGN_PREDICATE_SIGNATURE, SIGN_PREDICATE_SIGNATURE, HEX_A, NULL, 0 },
		{ SIGN_PREDICATE_SIGNATURE, SLSA, HEX_A,
		  "predicate type: it is a signature, no attestation of", VERIFY_OF_ANOTHER },
	};
	AUTO(sign_key) struct sign_key *key = read_key(KEYS "p256.pem");
	const struct verify_signer signer = { VERIFY_KEY, .name = "us", .key = key };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct verify_question question = ask(&signer, 1, cases[i].hex);
		AUTO(signatures) struct signatures list = { 0 };
		AUTO(verify_report) struct verify_report report = { 0 };
		const struct verify_result *result;

		question.predicate_type = cases[i].asked;
		add(&list, SIGNATURE_ENVELOPE,
		    make_envelope(KEYS "p256.pem", HEX_A, cases[i].made));
		verify_all(&list, &question, &report);
		result = &report.results[0];
		expect(cases[i].asked, result, cases[i].check, cases[i].stage);
		assert_string_equal(result->predicate_type, cases[i].made);
		if (cases[i].check || strcmp(cases[i].asked, SLSA) != 0)
			continue;
		assert_string_equal(json_string_value(json_object_get(result->predicate, "name")),
				    "it");
		assert_string_equal(str_text(&result->envelope), str_text(&list.items[0].body));
	}
}

static void refuses_what_is_odd_in_envelopes(void **state)
{
	static const struct {
		const char *member, *value, *check;
	} cases[] = {
		{ "signatures", "[]", "envelope.signatures: expected" },
		{ "signatures", "[{\"sig\":\"AAAA\"},{\"sig\":\"AAAA\"}]",
		  "signature: an envelope with 2 signatures" },
		{ "signatures", "[{\"sig\":\"A\"}]", "envelope.signatures[0].sig: " },
		{ "signatures", "[{\"sig\":\"AAAA\"}]", "signature: it is by none" },
		{ "signatures", "[{\"sig\":\"\"}]", "envelope.signatures[0]: expected" },
		{ "payload", "\"AAAA\"", "signature: it is by none" },
		{ "payload", "\"*\"", "envelope.payload: " },
		{ "payload", "7", "envelope.payload: expected" },
		{ "payloadType", "\"text/plain\"", "signature: it is by none" },
	};
	AUTO(sign_key) struct sign_key *key = read_key(KEYS "p256.pem");
	const struct verify_signer signer = { VERIFY_KEY, .name = "us", .key = key };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct verify_question question = ask(&signer, 1, HEX_A);
		AUTO(str) struct str good = make_envelope(KEYS "p256.pem", HEX_A, SLSA);
		AUTO(json) json_t *json = json_loads(str_text(&good), 0, NULL);
		AUTO(signatures) struct signatures list = { 0 };
		AUTO(verify_report) struct verify_report report = { 0 };
		AUTO(free) char *text = NULL;
		struct str body = STR_MAX(LIMIT_SIGNED);

		js_set(json, cases[i].member, json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
		text = js_dump(json);
		str_adds(&body, text);
		question.predicate_type = SLSA;
		add(&list, SIGNATURE_ENVELOPE, body);
		verify_all(&list, &question, &report);
		assert_null(report.results[0].signer);
		if (strncmp(report.results[0].err.text, cases[i].check, strlen(cases[i].check)))
			fail_msg("%s: %s", cases[i].value, report.results[0].err.text);
	}
}

static void judges_notation(void **state)
{
#define HEX_N "ecd84e18503fcc2bf477cb5cc71d405056a73b591c6fcdb8342b84877173f1f8"
	static const struct {
		const char *subject, *hex, *type, *layer;
		uint64_t size;
		bool is_revoked;
		const char *check;
		enum verify_stage stage;
	} cases[] = {
		{ "*", HEX_N, OCI_TYPE_MANIFEST, SIGNATURE_TYPE_JWS, 610, false, NULL, 0 },
		{ "x509.subject: CN=epm-test", HEX_N, OCI_TYPE_MANIFEST, SIGNATURE_TYPE_JWS, 610,
		  false, NULL, 0 },
		{ "x509.subject: CN=other", HEX_N, OCI_TYPE_MANIFEST, SIGNATURE_TYPE_JWS, 610,
		  false, "identity: ", VERIFY_BY_ANOTHER },
		{ "*", HEX_A, OCI_TYPE_MANIFEST, SIGNATURE_TYPE_JWS, 610, false,
		  "target: it is a signature of another digest", VERIFY_OF_ANOTHER },
		{ "*", HEX_N, OCI_TYPE_INDEX, SIGNATURE_TYPE_JWS, 610, false,
		  "target: it is a signature of another mediaType", VERIFY_OF_ANOTHER },
		{ "*", HEX_N, OCI_TYPE_MANIFEST, SIGNATURE_TYPE_JWS, 611, false,
		  "target: it is a signature of another size", VERIFY_OF_ANOTHER },
		{ "*", HEX_N, OCI_TYPE_MANIFEST, SIGNATURE_TYPE_COSE, 610, false,
		  "signature envelope: it is COSE", VERIFY_UNREADABLE },
		{ "*", HEX_N, OCI_TYPE_MANIFEST, SIGNATURE_TYPE_JWS, 610, true,
		  "revoked: ", VERIFY_REVOKED },
	};
	AUTO(str) struct str text = data_read(SIGSTORE "jws.json");
	AUTO(sign_trust_store) struct sign_trust_store *store = sign_trust_store_new();
	AUTO(json) json_t *json = json_loads(text.data, 0, NULL);
	AUTO(str) struct str der = STR_MAX(LIMIT_KEY);
	struct err err;

	(void)state;
	assert_int_equal(
		base64_decode(span_of(json_string_value(json_array_get(
				      json_object_get(json_object_get(json, "header"), "x5c"), 0))),
			      &der, &err),
		0);
	assert_int_equal(sign_trust_store_add(store, span_of_str(&der), "x5c", &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct verify_signer signer = {
			VERIFY_NOTATION, .name = "us",
			.store = store,	 .subjects = &cases[i].subject,
			.n_subjects = 1, .is_revoked = cases[i].is_revoked
		};
		struct verify_question question = ask(&signer, 1, cases[i].hex);
		AUTO(signatures) struct signatures list = { 0 };
		AUTO(verify_report) struct verify_report report = { 0 };
		struct signature *one =
			add(&list, SIGNATURE_NOTATION, data_read(SIGSTORE "jws.json"));

		free(one->media_type);
		one->media_type = mem_text(cases[i].layer);
		question.media_type = cases[i].type;
		question.size_bytes = cases[i].size;
		verify_all(&list, &question, &report);
		expect(cases[i].layer, &report.results[0], cases[i].check, cases[i].stage);
		if (cases[i].check)
			continue;
		assert_string_equal(report.results[0].identity,
				    "CN=epm-test,O=Notary,L=Seattle,ST=WA,C=US");
		assert_int_equal(report.results[0].time, 1795309600);
		assert_int_equal(strlen(report.results[0].fingerprint), SIGN_FINGERPRINT_LENGTH);
	}
}

/* A key under two names, its certificate, two signatures by it: one signer. */
static void counts_signers_once(void **state)
{
	AUTO(sign_key) struct sign_key *p256 = read_key(KEYS "p256.pem");
	AUTO(sign_key) struct sign_key *again = read_key(KEYS "p256-certificate.pem");
	AUTO(sign_key) struct sign_key *p384 = read_key(KEYS "p384.pem");
	const struct verify_signer signers[] = {
		{ VERIFY_KEY, .name = "one", .key = p256 },
		{ VERIFY_KEY, .name = "two", .key = again },
		{ VERIFY_KEY, .name = "three", .key = p384 },
	};
	struct verify_question question = ask(signers, 3, HEX_A);
	AUTO(signatures) struct signatures list = { 0 };
	AUTO(verify_report) struct verify_report report = { 0 };
	AUTO(verify_report) struct verify_report second = { 0 };

	(void)state;
	question.predicate_type = SLSA;
	add(&list, SIGNATURE_ENVELOPE, make_envelope(KEYS "p256.pem", HEX_A, SLSA));
	add(&list, SIGNATURE_ENVELOPE, make_envelope(KEYS "p256.pem", HEX_A, SLSA));
	add(&list, SIGNATURE_ENVELOPE, make_envelope(KEYS "p521.pem", HEX_A, SLSA));
	verify_all(&list, &question, &report);
	assert_int_equal(report.n_signers, 1);
	add(&list, SIGNATURE_ENVELOPE, make_envelope(KEYS "p384.pem", HEX_A, SLSA));
	verify_all(&list, &question, &second);
	assert_int_equal(second.n_signers, 2);
}

/* Whoever lists a revoked key once more does not make it good. */
static void revoked_goes_before_believed(void **state)
{
	AUTO(sign_key) struct sign_key *key = read_key(COSIGN "p256.pub");
	AUTO(sign_key) struct sign_key *other = read_key(SIGSTORE "cosign.pub");
	const struct verify_signer signers[] = {
		{ VERIFY_KEY, .name = "one", .key = key },
		{ VERIFY_KEY, .name = "gone", .key = key, .is_revoked = true },
		{ VERIFY_KEY, .name = "other", .key = other },
	};
	struct verify_question question = ask(signers, 3, SIGNED);
	AUTO(signatures) struct signatures list = { 0 };
	AUTO(verify_report) struct verify_report report = { 0 };
	struct err err;

	(void)state;
	add(&list, SIGNATURE_BUNDLE, data_read(SIGSTORE "bundleA.json"));
	add(&list, SIGNATURE_BUNDLE, data_read(SIGSTORE "bundle.json"));
	add(&list, SIGNATURE_BUNDLE, data_read(COSIGN "bundle-p256.json"));
	verify_all(&list, &question, &report);
	expect("digest", &report.results[0], "digest: ", VERIFY_OF_ANOTHER);
	expect("revoked", &report.results[2], "revoked: it is by gone", VERIFY_REVOKED);
	assert_int_equal(report.n_signers, 0);
	assert_int_equal(verify_failed(&report, &question, &err), -1);
	assert_int_equal(err.code, EC_UNTRUSTED);
	assert_string_equal(err.text, "no signature is good (of 3): revoked: it is by gone, who is "
				      "not believed any more");
}

static void says_why_nothing_is_good(void **state)
{
	AUTO(sign_key) struct sign_key *key = read_key(COSIGN "p384.pub");
	const struct verify_signer signer = { VERIFY_KEY, .name = "us", .key = key };
	struct verify_question question = ask(&signer, 1, SIGNED);
	AUTO(signatures) struct signatures list = { 0 };
	AUTO(verify_report) struct verify_report none = { 0 };
	AUTO(verify_report) struct verify_report one = { 0 };
	AUTO(verify_report) struct verify_report nobody = { 0 };
	struct err err;

	(void)state;
	verify_all(&list, &question, &none);
	assert_int_equal(verify_failed(&none, &question, &err), -1);
	assert_string_equal(err.text, "there is no signature");
	question.predicate_type = SLSA;
	verify_failed(&none, &question, &err);
	assert_string_equal(err.text, "there is no attestation");
	question.predicate_type = SIGN_PREDICATE_SIGNATURE;
	add(&list, SIGNATURE_BUNDLE, data_read(COSIGN "bundle-p256.json"));
	verify_all(&list, &question, &one);
	assert_int_equal(verify_failed(&one, &question, &err), -1);
	assert_int_equal(err.code, EC_UNTRUSTED);
	assert_memory_equal(err.text, "no signature is good: signature: it is by another key (sha",
			    57);
	question.n_signers = 0;
	verify_all(&list, &question, &nobody);
	assert_int_equal(nobody.n_signers, 0);
	expect("nobody", &nobody.results[0], "signature: it is by a key, and no key is believed",
	       VERIFY_BY_ANOTHER);
}

static void knows_words_for_predicate_types(void **state)
{
	static const char *const bad[] = {
		"", "slsa", ":", "https:", "https://x y", "a\tb:c", "https://x\x1b[2J", "\xc3\xbc:x"
	};

	(void)state;
	assert_string_equal(verify_predicate_type("slsaprovenance1"), SLSA);
	assert_string_equal(verify_predicate_type("spdxjson"), "https://spdx.dev/Document");
	assert_string_equal(verify_predicate_type("https://x/y"), "https://x/y");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (verify_predicate_type(bad[i]))
			fail_msg("%s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_bundles_by_a_key),
		cmocka_unit_test(says_what_a_bundle_says),
		cmocka_unit_test(compares_annotations),
		cmocka_unit_test(judges_simple_signatures),
		cmocka_unit_test(judges_identities),
		cmocka_unit_test(tells_attestations_from_signatures),
		cmocka_unit_test(refuses_what_is_odd_in_envelopes),
		cmocka_unit_test(judges_notation),
		cmocka_unit_test(counts_signers_once),
		cmocka_unit_test(revoked_goes_before_believed),
		cmocka_unit_test(says_why_nothing_is_good),
		cmocka_unit_test(knows_words_for_predicate_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
