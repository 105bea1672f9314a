// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/auth.h"
#include "base/alloc.h"

struct challenge_case {
	const char *text;
	enum oci_scheme scheme;
	const char *realm, *service, *scope;
};

/* as Docker Hub, docker-registry, GHCR, Harbor and others send them; RFC 9110 section 11.6.1 */
static const struct challenge_case challenges[] = {
	{ "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope="
	  "\"repository:library/alpine:pull\"",
	  OCI_SCHEME_BEARER, "https://auth.docker.io/token", "registry.docker.io",
	  "repository:library/alpine:pull" },
	{ "Basic realm=\"basic-realm\"", OCI_SCHEME_BASIC, "basic-realm", NULL, NULL },
	{ "basic", OCI_SCHEME_BASIC, NULL, NULL, NULL },
	{ "BEARER Realm=https://a/t , Service=x", OCI_SCHEME_BEARER, "https://a/t", "x", NULL },
	{ "Bearer realm=\"https://a/t\",scope=\"repository:foo/bar:pull,push "
	  "repository:x/y:pull\",error=\"insufficient_scope\"",
	  OCI_SCHEME_BEARER, "https://a/t", NULL,
	  "repository:foo/bar:pull,push repository:x/y:pull" },
	{ "Negotiate, Basic realm=\"x\"", OCI_SCHEME_BASIC, "x", NULL, NULL },
	{ "Negotiate YII=, Bearer realm=\"https://a\"", OCI_SCHEME_BEARER, "https://a", NULL,
	  NULL },
	{ "Basic realm=\"x\", Bearer realm=\"https://a\"", OCI_SCHEME_BEARER, "https://a", NULL,
	  NULL },
	{ "Bearer realm=\"https://a\", Basic realm=\"x\"", OCI_SCHEME_BEARER, "https://a", NULL,
	  NULL },
	{ "Bearer realm=\"q\\\"uoted\\\\\"", OCI_SCHEME_BEARER, "q\"uoted\\", NULL, NULL },
	{ "Bearer realm=\"first\",realm=\"second\"", OCI_SCHEME_BEARER, "first", NULL, NULL },
};

static void same(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(a == b);
}

static void reads_challenges(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(challenges); i++) {
		AUTO(oci_challenge) struct oci_challenge out = { 0 };
		struct err err = { 0 };

		assert_int_equal(oci_challenge_parse(challenges[i].text, &out, &err), 0);
		assert_int_equal(out.scheme, challenges[i].scheme);
		same(out.realm, challenges[i].realm);
		same(out.service, challenges[i].service);
		same(out.scope, challenges[i].scope);
	}
}

static void refuses_other_challenges(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
	} bad[] = {
		{ "", EC_UNSUPPORTED },
		{ "Negotiate", EC_UNSUPPORTED },
		{ "Digest realm=\"x\", nonce=\"y\"", EC_UNSUPPORTED },
		{ "Bearer", EC_CORRUPT },
		{ "Bearer realm=\"without an end", EC_CORRUPT },
		{ "Bearer service=\"x\"", EC_CORRUPT },
		{ "\"", EC_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct oci_challenge out = { 0 };
		struct err err = { 0 };

		assert_int_equal(oci_challenge_parse(bad[i].text, &out, &err), -1);
		assert_int_equal(err.code, bad[i].code);
		assert_null(out.realm);
	}
}

static void asks_for_tokens(void **state)
{
	struct oci_challenge challenge = { .scheme = OCI_SCHEME_BEARER,
					   .realm = (char *)"https://a/t",
					   .service = (char *)"reg istry" };
	struct oci_challenge query = { .realm = (char *)"https://a/t?x=1" };
	AUTO(free) char *one = oci_token_url(&challenge, "repository:a/b:pull,push");
	AUTO(free) char *two = oci_token_url(&challenge, "repository:a:pull  repository:b:pull");
	AUTO(free) char *none = oci_token_url(&query, "");
	AUTO(free) char *form = oci_token_form(&challenge, "repository:a:pull", "t&k=n");

	(void)state;
	assert_string_equal(one, "https://a/t?scope=repository%3Aa%2Fb%3Apull%2Cpush&"
				 "service=reg%20istry");
	assert_string_equal(two, "https://a/t?scope=repository%3Aa%3Apull&"
				 "scope=repository%3Ab%3Apull&service=reg%20istry");
	assert_string_equal(none, "https://a/t?x=1");
	assert_string_equal(form, "client_id=epm&grant_type=refresh_token&refresh_token=t%26k%3Dn&"
				  "scope=repository%3Aa%3Apull&service=reg%20istry");
}

#define NOW 1800000000

static void reads_tokens(void **state)
{
	static const struct {
		const char *answer, *token;
		int64_t expires;
	} good[] = {
		{ "{\"token\":\"abc\"}", "abc", NOW + 60 },
		{ "{\"access_token\":\"abc\",\"expires_in\":300}", "abc", NOW + 300 },
		{ "{\"token\":\"abc\",\"access_token\":\"def\",\"expires_in\":0}", "abc",
		  NOW + 60 },
		{ "{\"token\":\"\",\"access_token\":\"def\"}", "def", NOW + 60 },
		/* 30 s before NOW: what is left of it */
		{ "{\"token\":\"abc\",\"expires_in\":300,\"issued_at\":\"2027-01-15T07:59:30Z\"}",
		  "abc", NOW + 270 },
		/* a server whose clock is ahead */
		{ "{\"token\":\"abc\",\"expires_in\":300,\"issued_at\":\"2028-01-15T07:59:30Z\"}",
		  "abc", NOW + 300 },
		{ "{\"token\":\"abc\",\"expires_in\":4000000000}", "abc", NOW + 86400 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(oci_token) struct oci_token token = { 0 };
		struct err err = { 0 };

		assert_int_equal(oci_token_parse(span_of(good[i].answer), NOW, &token, &err), 0);
		assert_string_equal(token.text, good[i].token);
		assert_int_equal(token.expires, good[i].expires);
	}
}

static void refuses_tokens(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"token\":7}",
		"{\"token\":\"\"}",
		"{\"token\":\"a b\"}",
		"{\"token\":\"a\\r\\nX-Evil: 1\"}",
		"{\"token\":\"\xc3\xa9\"}",
		"{\"token\":\"a\",\"token\":\"b\"}",
		"{\"token\":\"a\",\"expires_in\":-1}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct oci_token token = { 0 };
		struct err err = { 0 };

		assert_int_equal(oci_token_parse(span_of(bad[i]), NOW, &token, &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_null(token.text);
	}
}

static void makes_basic(void **state)
{
	AUTO(free) char *header = oci_basic("Aladdin", "open sesame");

	(void)state;
	assert_string_equal(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="); /* RFC 7617 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_challenges), cmocka_unit_test(refuses_other_challenges),
		cmocka_unit_test(asks_for_tokens),  cmocka_unit_test(reads_tokens),
		cmocka_unit_test(refuses_tokens),   cmocka_unit_test(makes_basic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
