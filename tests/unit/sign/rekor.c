// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/rekor.h"

#include "base/alloc.h"
#include "base/json.h"
#include "sign/fulcio_request.h"
#include "sign/keyless.h"
#include "sign/tlog.h"
#include "support/data.h"

#define DATA TEST_DATA "/sign/services/"

static struct span span_of_str(const struct str *s)
{
	return (struct span){ str_text(s), s->len };
}

static void read_bundle(struct sign_bundle *out)
{
	AUTO(str) struct str text = data_read(DATA "bundle.json");
	struct err err = { 0 };

	if (sign_bundle_parse(span_of_str(&text), out, &err) < 0)
		fail_msg("%s", err.text);
}

/* What cosign proposed, its members sorted, without a "signatures": null that says nothing. */
static char *recorded(const char *path)
{
	AUTO(str) struct str text = data_read(path);
	AUTO(json) json_t *json = json_loadb(text.data, text.len, 0, NULL);

	assert_non_null(json);
	json_object_del(json_object_get(json, "spec"), "signatures");
	return js_dump(json);
}

static void read_legacy(const json_t *json, struct sign_bundle *out)
{
	struct sign_legacy legacy = {
		.signature = span_of(json_string_value(
			json_object_get(json, "dev.cosignproject.cosign/signature"))),
		.certificate = span_of(json_string_value(
			json_object_get(json, "dev.sigstore.cosign/certificate"))),
		.bundle = span_of(
			json_string_value(json_object_get(json, "dev.sigstore.cosign/bundle"))),
		.timestamp = span_of(json_string_value(
			json_object_get(json, "dev.sigstore.cosign/rfc3161timestamp"))),
	};
	struct err err = { 0 };

	if (sign_legacy_read(&legacy, out, &err) < 0)
		fail_msg("%s", err.text);
}

static void proposes_envelopes_as_cosign_does(void **state)
{
	AUTO(free) char *expected = recorded(DATA "dsse-request.json");
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(str) struct str pem = STR_MAX(LIMIT_TEXT);
	AUTO(free) char *text = NULL;

	(void)state;
	read_bundle(&bundle);
	sign_certificates_pem(bundle.certificates, 1, &pem);
	text = sign_rekor_proposal(&bundle, (struct span){ NULL, 0 }, span_of_str(&pem));
	assert_string_equal(text, expected);
}

static void proposes_messages_as_cosign_does(void **state)
{
	AUTO(free) char *expected = recorded(DATA "hashedrekord-request.json");
	AUTO(str) struct str annotations = data_read(DATA "simple-annotations.json");
	AUTO(str) struct str payload = data_read(DATA "simple-payload.json");
	AUTO(json) json_t *json = json_loadb(annotations.data, annotations.len, 0, NULL);
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(str) struct str pem = STR_MAX(LIMIT_TEXT);
	AUTO(free) char *text = NULL;

	(void)state;
	read_legacy(json, &bundle);
	sign_certificates_pem(bundle.certificates, 1, &pem);
	text = sign_rekor_proposal(&bundle, span_of_str(&payload), span_of_str(&pem));
	assert_string_equal(text, expected);
}

/* The entry is that of the bundle that cosign made of the same answer. */
static void reads_an_entry(void **state)
{
	AUTO(str) struct str text = data_read(DATA "dsse-answer.json");
	AUTO(sign_tlog_entry) struct sign_tlog_entry entry = { 0 };
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	const struct sign_tlog_entry *want;
	struct err err = { 0 };

	(void)state;
	read_bundle(&bundle);
	want = &bundle.entries[0];
	if (sign_rekor_answer(span_of_str(&text), &entry, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(entry.kind, "dsse");
	assert_string_equal(entry.version, "0.0.1");
	assert_int_equal(entry.log_index, want->log_index);
	assert_int_equal(entry.integrated_time, want->integrated_time);
	assert_int_equal(entry.log_id.len, HASH_SIZE);
	assert_memory_equal(entry.log_id.data, want->log_id.data, HASH_SIZE);
	assert_int_equal(entry.promise.len, want->promise.len);
	assert_memory_equal(entry.promise.data, want->promise.data, want->promise.len);
	assert_int_equal(entry.body.len, want->body.len);
	assert_memory_equal(entry.body.data, want->body.data, want->body.len);
	assert_int_equal(entry.proof->index, want->proof->index);
	assert_int_equal(entry.proof->tree_size, want->proof->tree_size);
	assert_memory_equal(entry.proof->root, want->proof->root, HASH_SIZE);
	assert_int_equal(entry.proof->n_hashes, want->proof->n_hashes);
	assert_memory_equal(entry.proof->hashes, want->proof->hashes,
			    want->proof->n_hashes * HASH_SIZE);
	assert_string_equal(entry.proof->checkpoint, want->proof->checkpoint);
}

static void refuses(json_t *answer, const char *why)
{
	AUTO(free) char *text = js_dump(answer);
	struct sign_tlog_entry entry = { .log_index = 7 };
	struct err err = { 0 };

	if (sign_rekor_answer(span_of(text), &entry, &err) == 0)
		fail_msg("%s: read", text);
	if (!strstr(err.text, why))
		fail_msg("not \"%s\": %s", why, err.text);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_int_equal(entry.log_index, 7);
}

/* Each member once missing and once of another type. */
static void refuses_without_any_member(void **state)
{
	static const char *const paths[][3] = {
		{ "body" },
		{ "integratedTime" },
		{ "logIndex" },
		{ "logID" },
		{ "verification" },
		{ "verification", "signedEntryTimestamp" },
		{ "verification", "inclusionProof" },
		{ "verification", "inclusionProof", "checkpoint" },
		{ "verification", "inclusionProof", "logIndex" },
		{ "verification", "inclusionProof", "rootHash" },
		{ "verification", "inclusionProof", "treeSize" },
	};
	AUTO(str) struct str text = data_read(DATA "dsse-answer.json");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		for (int is_wrong = 0; is_wrong < 2; is_wrong++) {
			AUTO(json) json_t *json = json_loadb(text.data, text.len, 0, NULL);
			json_t *at = json_object_iter_value(json_object_iter(json));
			size_t k = 0;

			for (; k < 2 && paths[i][k + 1]; k++)
				at = json_object_get(at, paths[i][k]);
			if (is_wrong)
				json_object_set_new(at, paths[i][k], json_true());
			else
				json_object_del(at, paths[i][k]);
			refuses(json, paths[i][k]);
		}
	}
}

static void refuses_what_is_no_answer(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "answer:" },
		{ "[]", "answer: expected an object" },
		{ "{}", "answer: expected an object of one entry" },
		{ "{\"aa\":{},\"bb\":{}}", "answer: expected an object of one entry" },
		{ "{\"AA\":{}}", "answer: expected an object of one entry" },
		{ "{\"aa\":7}", "answer.aa: expected an object" },
		{ "{\"aa\":{\"body\":\"!\"}}", "answer.aa.body: not base64" },
		{ "{\"code\":409,\"message\":\"x\"}", "answer: expected an object of one entry" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_tlog_entry entry = { 0 };
		struct err err = { 0 };

		if (sign_rekor_answer(span_of(bad[i].text), &entry, &err) == 0)
			fail_msg("%s: read", bad[i].text);
		if (strncmp(err.text, bad[i].why, strlen(bad[i].why)) != 0)
			fail_msg("%s: %s", bad[i].text, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proposes_envelopes_as_cosign_does),
		cmocka_unit_test(proposes_messages_as_cosign_does),
		cmocka_unit_test(reads_an_entry),
		cmocka_unit_test(refuses_without_any_member),
		cmocka_unit_test(refuses_what_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
