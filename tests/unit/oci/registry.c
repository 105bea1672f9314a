// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/registry.h"
#include "base/alloc.h"
#include "oci/referrers.h"

#define D1 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define D2 "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

static void finds_next_links(void **state)
{
	static const struct {
		const char *link, *expected;
	} cases[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ "</v2/_catalog?last=a&n=1>; rel=\"next\"", "/v2/_catalog?last=a&n=1" },
		{ "<https://a/x>; rel=next", "https://a/x" },
		{ "</p>; rel=\"prev\", </n>; rel=\"next\"", "/n" },
		{ "</p>; rel=\"prev\"", NULL },
		{ "</n; rel=\"next\"", NULL },
		{ "<>; rel=\"next\"", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(free) char *next = oci_link_next(cases[i].link);

		if (!cases[i].expected)
			assert_null(next);
		else
			assert_string_equal(next, cases[i].expected);
	}
}

static void set_body(struct http_answer *answer, long status, const char *text)
{
	*answer = (struct http_answer){ .status = status, .body.max = 1 << 20 };
	str_adds(&answer->body, text);
}

/* docker-registry 2.8.2's answer to a manifest whose blobs it does not have; another's */
static const char *const missing[] = {
	"{\"errors\":[{\"code\":\"MANIFEST_BLOB_UNKNOWN\",\"message\":\"blob unknown to registry\","
	"\"detail\":\"" D1 "\"},{\"code\":\"MANIFEST_BLOB_UNKNOWN\",\"message\":\"blob unknown to "
	"registry\",\"detail\":\"" D2 "\"}]}",
	"{\"errors\":[{\"code\":\"MANIFEST_BLOB_UNKNOWN\",\"detail\":{\"digest\":\"" D1 "\"}},"
	"{\"code\":\"MANIFEST_BLOB_UNKNOWN\",\"detail\":{\"digest\":\"" D2 "\"}}]}",
};

static void knows_missing_blobs(void **state)
{
	static const char *const others[] = {
		"",
		"<html>",
		"{\"errors\":[]}",
		"{\"errors\":[{\"code\":\"MANIFEST_INVALID\"}]}",
		"{\"errors\":[{\"code\":\"MANIFEST_BLOB_UNKNOWN\",\"detail\":\"sha256:1\"}]}",
		"{\"errors\":[{\"code\":\"MANIFEST_BLOB_UNKNOWN\",\"detail\":7}]}",
		"{\"errors\":7}",
		"[]",
	};
	struct oci_digest *digests = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
		struct http_answer answer;

		set_body(&answer, 400, missing[i]);
		assert_true(oci_answer_missing_blobs(&answer, &digests, &n));
		assert_int_equal(n, 2);
		assert_string_equal(digests[0].text, D1);
		assert_string_equal(digests[1].text, D2);
		free(STEAL(digests));
		http_answer_done(&answer);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct http_answer answer;

		set_body(&answer, 400, others[i]);
		assert_false(oci_answer_missing_blobs(&answer, &digests, &n));
		assert_null(digests);
		http_answer_done(&answer);
	}
}

static void says_what_the_registry_says(void **state)
{
	static const struct {
		long status;
		const char *body;
		enum err_code code;
		const char *text;
	} cases[] = {
		{ 404,
		  "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}",
		  EC_NOT_FOUND, "the registry says 404, MANIFEST_UNKNOWN: manifest unknown" },
		{ 403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\",\"detail\":\"why\"}]}",
		  EC_DENIED, "the registry says 403, DENIED: no (why)" },
		{ 401, "{\"details\":\"incorrect username or password\"}", EC_DENIED,
		  "the registry says 401, incorrect username or password" },
		{ 502, "<html><body><h1>Bad Gateway</h1></body></html>", EC_NETWORK,
		  "the registry says 502, bad gateway" },
		{ 429, "", EC_NETWORK, "the registry says 429, too many requests" },
		{ 418, "{\"errors\":[]}", EC_NETWORK,
		  "the registry says 418, an unexpected status" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct http_answer answer;
		struct err err = { 0 };

		set_body(&answer, cases[i].status, cases[i].body);
		assert_int_equal(oci_answer_error(&answer, &err), -1);
		assert_int_equal(err.code, cases[i].code);
		assert_string_equal(err.text, cases[i].text);
		http_answer_done(&answer);
	}
}

static void names_referrers_tags(void **state)
{
	struct oci_digest digest;
	struct err err;

	(void)state;
	assert_int_equal(oci_digest_parse(D1, &digest, &err), 0);
	AUTO(free) char *tag = oci_referrers_tag(&digest, ".sig");
	assert_string_equal(
		tag, "sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.sig");
	assert_true(oci_tag_is_of_digest(tag));
	tag[strlen(tag) - 4] = '\0';
	assert_true(oci_tag_is_of_digest(tag));
	assert_false(oci_tag_is_of_digest("sha256-ba7816"));
	assert_false(oci_tag_is_of_digest("1.0"));
	assert_false(oci_tag_is_of_digest(""));
}

static void describes_referrers(void **state)
{
	static const char text[] =
		"{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/x\",\"digest\":\"" D2
		"\",\"size\":2},\"layers\":[],\"annotations\":{\"a\":\"b\"}}";
	struct oci_document document = { .media_type = (char *)"application/"
							       "vnd.oci.image.manifest.v1+json",
					 .text.max = 4096 };
	AUTO(oci_descriptor) struct oci_descriptor out = { 0 };
	struct err err = { 0 };

	(void)state;
	str_adds(&document.text, text);
	assert_int_equal(oci_referrer_describe(&document, &out, &err), 0);
	assert_string_equal(out.artifact_type, "application/x"); /* the config's, without its own */
	assert_string_equal(oci_annotation(out.annotations, "a"), "b");
	assert_int_equal(out.size_bytes, strlen(text));
	str_done(&document.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_next_links),
		cmocka_unit_test(knows_missing_blobs),
		cmocka_unit_test(says_what_the_registry_says),
		cmocka_unit_test(names_referrers_tags),
		cmocka_unit_test(describes_referrers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
