// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/url.h"
#include "base/alloc.h"

static void finds_origins(void **state)
{
	static const struct {
		const char *url, *host;
		bool is_tls;
		uint16_t port;
	} good[] = {
		{ "https://ghcr.io/v2/", "ghcr.io", true, 443 },
		{ "http://localhost:5000", "localhost", false, 5000 },
		{ "http://HOST.Example?x", "host.example", false, 80 },
		{ "https://[::1]:5443/v2/", "::1", true, 5443 },
		{ "https://[2001:DB8::1]", "2001:db8::1", true, 443 },
		{ "https://a:/x", "a", true, 443 },
		{ "https://a#frag", "a", true, 443 },
	};
	static const char *const bad[] = {
		"",
		"ghcr.io",
		"file:///etc/passwd",
		"ftp://a/",
		"gopher://a:70/",
		"https://",
		"https:///x",
		"https://user@host/",
		"https://user:pass@host/",
		"https://ghcr.io@evil.example/",
		"https://a:99999/",
		"https://a:port/",
		"https://[::1",
		"https://[::1]5000/",
		"https://a b/",
		"https://a\\b/",
		"https://a\r\nHost: b/",
		"https://a/\x1b[31m",
		"HTTPS://a/",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(oci_origin) struct oci_origin origin = { 0 };
		struct err err = { 0 };

		assert_int_equal(oci_origin_of(good[i].url, &origin, &err), 0);
		assert_string_equal(origin.host, good[i].host);
		assert_int_equal(origin.is_tls, good[i].is_tls);
		assert_int_equal(origin.port, good[i].port);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct oci_origin origin = { 0 };
		struct err err = { 0 };

		assert_int_equal(oci_origin_of(bad[i], &origin, &err), -1);
		assert_null(origin.host);
	}
}

static void resolves(void **state)
{
	/* RFC 3986 section 5.4, as far as registries use it */
	static const struct {
		const char *base, *text, *expected;
	} cases[] = {
		{ "https://a/v2/x/tags/list", "/v2/x/tags/list?last=b",
		  "https://a/v2/x/tags/list?last=b" },
		{ "https://a/v2/x/tags/list?n=1", "?last=b", "https://a/v2/x/tags/list?last=b" },
		{ "https://a/v2/x/list", "list2?last=b", "https://a/v2/x/list2?last=b" },
		{ "https://a:5000/v2/x", "https://b/y", "https://b/y" },
		{ "https://a/v2/x", "//b/y", "https://b/y" },
		{ "https://a", "y", "https://a/y" },
		{ "https://a/x?n=1#f", "", "https://a/x?n=1" },
		{ "http://a/x?u=http://b/c", "/y", "http://a/y" },
		{ "https://a/x", "file:///etc/passwd", "file:///etc/passwd" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(free) char *url = oci_url_resolve(cases[i].base, cases[i].text);

		assert_string_equal(url, cases[i].expected);
	}
}

static void adds_parameters(void **state)
{
	AUTO(free) char *first = oci_url_with("http://a/up", "digest", "sha256:0");
	AUTO(free) char *second = oci_url_with("http://a/up?_state=x%3D", "digest", "sha256:0");

	(void)state;
	assert_string_equal(first, "http://a/up?digest=sha256:0");
	assert_string_equal(second, "http://a/up?_state=x%3D&digest=sha256:0");
}

static void knows_loopback(void **state)
{
	static const char *const yes[] = { "localhost", "127.0.0.1", "127.8.9.10", "::1" };
	static const char *const no[] = { "localhost.example",
					  "127.0.0.1.example",
					  "128.0.0.1",
					  "10.0.0.1",
					  "192.168.1.1",
					  "::2",
					  "0.0.0.0",
					  "127.1",
					  "",
					  "x.localhost" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(oci_host_is_loopback(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(oci_host_is_loopback(no[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_origins),
		cmocka_unit_test(resolves),
		cmocka_unit_test(adds_parameters),
		cmocka_unit_test(knows_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
