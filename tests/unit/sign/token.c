// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/token.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/limits.h"

#define NOW 1795309350
#define ISS "\"iss\":\"https://issuer.example\""
#define EXP "\"exp\":1795309351"

/* HEADER.CLAIMS.SIGNATURE; the caller frees it. */
static char *token_of(const char *claims)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

	base64_encode(claims, strlen(claims), &text);
	for (size_t i = 0; i < text.len; i++)
		text.data[i] = text.data[i] == '+' ? '-' : text.data[i] == '/' ? '_' : text.data[i];
	str_cut(&text, strcspn(text.data, "="));
	return mem_printf("eyJhbGciOiJSUzI1NiJ9.%s.c2ln", str_text(&text));
}

static void reads_claims(void **state)
{
	static const struct {
		const char *claims, *name, *audience;
		int64_t expires;
	} good[] = {
		{ "{" ISS "," EXP ",\"sub\":\"repo:a/b:ref:refs/tags/v1\",\"aud\":\"sigstore\"}",
		  "repo:a/b:ref:refs/tags/v1", "sigstore", NOW + 1 },
		{ "{" ISS "," EXP ",\"sub\":\"1\",\"email\":\"a@b.c\",\"email_verified\":true,"
		  "\"aud\":[\"one\",\"two\"]}",
		  "a@b.c", "one", NOW + 1 },
		{ "{" ISS ",\"exp\":1795309400.75,\"sub\":\"1\",\"email\":\"a@b.c\","
		  "\"email_verified\":\"true\"}",
		  "a@b.c", NULL, NOW + 50 },
		{ "{" ISS "," EXP ",\"sub\":\"\u00fcber>>>???\",\"email\":null}", "\u00fcber>>>???",
		  NULL, NOW + 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(sign_token) struct sign_token token = { 0 };
		AUTO(free) char *text = token_of(good[i].claims);
		struct err err = { 0 };

		if (sign_token_read(span_of(text), NOW, &token, &err) < 0)
			fail_msg("%s: %s", good[i].claims, err.text);
		assert_string_equal(token.issuer, "https://issuer.example");
		assert_string_equal(token.name, good[i].name);
		if (good[i].audience)
			assert_string_equal(token.audience, good[i].audience);
		else
			assert_null(token.audience);
		assert_int_equal(token.expires, good[i].expires);
	}
}

static void refuses_others(void **state)
{
	static const struct {
		const char *claims, *text;
		enum err_code code;
	} bad[] = {
		{ "{" ISS ",\"exp\":1795309350,\"sub\":\"1\"}",
		  "identity token: it expired at 2026-11-22T01:02:30Z", EC_DENIED },
		{ "{" ISS "," EXP ",\"sub\":\"1\",\"email\":\"a@b.c\"}",
		  "identity token: the address a@b.c is not verified by https://issuer.example",
		  EC_DENIED },
		{ "{" ISS "," EXP ",\"sub\":\"1\",\"email\":\"a@b.c\",\"email_verified\":1}",
		  "identity token: the address a@b.c", EC_DENIED },
		{ "{" ISS "," EXP "}", "identity token.sub: ", EC_CORRUPT },
		{ "{" ISS "," EXP ",\"sub\":\"\"}", "identity token.sub: empty", EC_CORRUPT },
		{ "{" ISS "," EXP ",\"sub\":\"a\\u001b[31m\"}", "identity token.sub: empty, or",
		  EC_CORRUPT },
		{ "{" EXP ",\"sub\":\"1\"}", "identity token.iss: ", EC_CORRUPT },
		{ "{" ISS ",\"sub\":\"1\"}", "identity token.exp: expected a time", EC_CORRUPT },
		{ "{" ISS ",\"exp\":1e300,\"sub\":\"1\"}", "identity token.exp: ", EC_CORRUPT },
		{ "{" ISS ",\"exp\":-1,\"sub\":\"1\"}", "identity token.exp: ", EC_CORRUPT },
		{ "{" ISS "," EXP ",\"sub\":\"1\",\"aud\":7}", "identity token.aud: ", EC_CORRUPT },
		{ "{" ISS "," EXP ",\"sub\":\"1\",\"aud\":[]}",
		  "identity token.aud: ", EC_CORRUPT },
		{ "[]", "identity token: expected an object", EC_CORRUPT },
		{ "secret words", "identity token: its claims are not JSON", EC_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_token token = { .expires = 7 };
		AUTO(free) char *text = token_of(bad[i].claims);
		struct err err = { 0 };

		if (sign_token_read(span_of(text), NOW, &token, &err) == 0)
			fail_msg("%s: read", bad[i].claims);
		if (strncmp(err.text, bad[i].text, strlen(bad[i].text)) != 0)
			fail_msg("%s: %s", bad[i].claims, err.text);
		assert_int_equal(err.code, bad[i].code);
		assert_int_equal(token.expires, 7);
	}
}

/* Nothing of what was given is in a message: it might be another secret. */
static void shows_no_secret(void **state)
{
	static const char *const bad[] = {
		"",
		"hunter2",
		"hunter2.hunter2",
		"hunter2.hunter2.hunter2.x",
		".hunter2.hunter2",
		"hunter2.hunter2.",
		"hunter2.hun ter2.hunter2",
		"hunter2.hunter2\n.hunter2",
		"hunter2.hunter2=.hunter2",
		"hunter2.hunter2.hunter2\r\nX-Y: hunter2",
		"hunter2.e30hunter2.hunter2",
		"Bearer hunter2.hunter2.hunter2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_token token = { 0 };
		struct err err = { 0 };

		if (sign_token_read(span_of(bad[i]), NOW, &token, &err) == 0)
			fail_msg("%s: read", bad[i]);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_null(strstr(err.text, "hunter2"));
		assert_null(strstr(err.hint, "hunter2"));
	}
}

static void takes_no_giants(void **state)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	struct sign_token token = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i <= LIMIT_TOKEN; i++)
		str_addc(&text, 'a');
	assert_int_equal(sign_token_read((struct span){ text.data, text.len }, NOW, &token, &err),
			 -1);
	assert_string_equal(err.text, "identity token: more than 32768 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_claims),
		cmocka_unit_test(refuses_others),
		cmocka_unit_test(shows_no_secret),
		cmocka_unit_test(takes_no_giants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
