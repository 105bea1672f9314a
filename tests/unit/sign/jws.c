// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/jws.h"
#include "base/alloc.h"
#include "base/base64.h"
#include "base/json.h"
#include "support/data.h"

#define FIXTURE TEST_DATA "/sign/sigstore/jws.json"
#define FIXTURE_DIGEST "sha256:ecd84e18503fcc2bf477cb5cc71d405056a73b591c6fcdb8342b84877173f1f8"
#define FIXTURE_TIME 1795309600 /* 2026-11-22T01:06:40Z */
#define DAY 86400

/* The store that holds what the envelope itself brings; the fixture's certificate is self-signed. */
static struct sign_trust_store *store_of_fixture(struct span text)
{
	struct sign_trust_store *store = sign_trust_store_new();
	AUTO(str) struct str der = STR_MAX(LIMIT_KEY);
	AUTO(json) json_t *json = NULL;
	struct err err = { 0 };
	json_t *list;

	assert_int_equal(js_parse(text.data, text.len, "jws", &json, &err), 0);
	list = json_object_get(json_object_get(json, "header"), "x5c");
	assert_int_equal(
		base64_decode(span_of(json_string_value(json_array_get(list, 0))), &der, &err), 0);
	assert_int_equal(
		sign_trust_store_add(store, (struct span){ der.data, der.len }, "x5c", &err), 0);
	return store;
}

static void believes_notation(void **state)
{
	static const struct {
		const char *identity, *digest, *check;
		int64_t now;
		bool believes_signing_time;
	} cases[] = {
		{ "*", FIXTURE_DIGEST, "", FIXTURE_TIME + 60, false },
		{ "x509.subject: C=US, ST=WA, L=Seattle, O=Notary, CN=epm-test", FIXTURE_DIGEST, "",
		  FIXTURE_TIME + 60, false },
		{ "x509.subject:CN=epm-test", FIXTURE_DIGEST, "", FIXTURE_TIME + 60, false },
		{ "*", FIXTURE_DIGEST, "", FIXTURE_TIME + 30 * DAY, true },
		{ "*", FIXTURE_DIGEST, "certificate chain: certificate has expired",
		  FIXTURE_TIME + 30 * DAY, false },
		{ "*", FIXTURE_DIGEST, "certificate chain: certificate is not yet valid",
		  FIXTURE_TIME - DAY, false },
		{ "*", FIXTURE_DIGEST, "signing time: ", FIXTURE_TIME - DAY, true },
		{ "x509.subject: C=US, CN=another", FIXTURE_DIGEST, "identity: it is signed by \"",
		  FIXTURE_TIME + 60, false },
		{ "x509.subject: C=US, EMAIL", FIXTURE_DIGEST, "identity \"x509.subject: C=US",
		  FIXTURE_TIME + 60, false },
		{ "*", "sha256:00", "target: ", FIXTURE_TIME + 60, false },
		{ "*", NULL, "target: ", FIXTURE_TIME + 60, false },
	};
	AUTO(str) struct str text = data_read(FIXTURE);
	const struct span jws = { text.data, text.len };
	AUTO(sign_trust_store) struct sign_trust_store *store = store_of_fixture(jws);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(sign_jws_result) struct sign_jws_result result = { 0 };
		struct sign_jws_policy policy = {
			.digest = cases[i].digest,
			.media_type = "application/vnd.oci.image.manifest.v1+json",
			.has_size = true,
			.size = 610,
			.identities = &cases[i].identity,
			.n_identities = 1,
			.now = cases[i].now,
			.believes_signing_time = cases[i].believes_signing_time,
		};
		struct err err = { 0 };
		int rc = sign_jws_verify(jws, store, &policy, &result, &err);

		if (rc != (*cases[i].check ? -1 : 0) ||
		    strncmp(err.text, cases[i].check, strlen(cases[i].check)) != 0)
			fail_msg("%zu: %s", i, err.text);
		if (rc < 0)
			continue;
		assert_string_equal(result.subject, "CN=epm-test,O=Notary,L=Seattle,ST=WA,C=US");
		assert_int_equal(result.signing_time, FIXTURE_TIME);
		assert_int_equal(result.expiry, 0);
	}
}

static int verify_made(const json_t *one, struct err *err)
{
	static const char *const identity = "x509.subject: C=US, ST=WA, O=Acme\\, Inc";
	AUTO(sign_jws_result) struct sign_jws_result result = { 0 };
	AUTO(sign_trust_store) struct sign_trust_store *store = sign_trust_store_new();
	AUTO(free) char *text = js_dump(json_object_get(one, "jws"));
	struct sign_jws_policy policy = {
		.digest = "sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		.media_type = "application/vnd.oci.image.manifest.v1+json",
		.has_size = true,
		.size = 610,
		.identities = &identity,
		.n_identities = 1,
		.now = json_integer_value(json_object_get(one, "now")),
	};

	if (sign_trust_store_add(store, span_of(json_string_value(json_object_get(one, "store"))),
				 "store", err) < 0)
		return -1;
	return sign_jws_verify(span_of(text), store, &policy, &result, err);
}

static void judges_each(void **state)
{
	AUTO(str) struct str text = data_read(TEST_DATA "/sign/made/jws.json");
	AUTO(json) json_t *cases = NULL;
	const char *name, *check;
	struct err err = { 0 };
	json_t *one;
	size_t i;
	int rc, n_wrong = 0;

	(void)state;
	assert_int_equal(js_parse(text.data, text.len, "cases", &cases, &err), 0);
	json_array_foreach (cases, i, one) {
		name = json_string_value(json_object_get(one, "name"));
		check = json_string_value(json_object_get(one, "check"));
		err = (struct err){ 0 };
		rc = verify_made(one, &err);
		if (rc == (*check ? -1 : 0) && strncmp(err.text, check, strlen(check)) == 0)
			continue;
		print_error("%s: expected \"%s\", found \"%s\"\n", name, check, err.text);
		n_wrong++;
	}
	assert_true(i > 30);
	assert_int_equal(n_wrong, 0);
}

static void refuses_stores(void **state)
{
	static const char *const bad[] = {
		"",
		"text",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
		"0\x82",
	};
	AUTO(sign_trust_store) struct sign_trust_store *store = sign_trust_store_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = { 0 };

		assert_int_equal(sign_trust_store_add(store, span_of(bad[i]), "a.pem", &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_int_equal(strncmp(err.text, "a.pem: ", 7), 0);
	}
}

static void reads_identities(void **state)
{
	static const char *const good[] = { "*", "x509.subject: C=US",
					    "x509.subject:O=a\\,b,CN=c" };
	static const char *const bad[] = { "",
					   "x509.subject:",
					   "C=US",
					   "x509.subject: C=",
					   "x509.subject: NOSUCH=1",
					   "x509.subject: C=US,,O=x" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_int_equal(sign_jws_identity_check(good[i], &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(sign_jws_identity_check(bad[i], &err), -1);
		assert_int_equal(err.code, EC_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_notation),
		cmocka_unit_test(judges_each),
		cmocka_unit_test(refuses_stores),
		cmocka_unit_test(reads_identities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
