// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/signing_config.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "support/data.h"

#define TYPE "\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.2+json\""
#define START "{\"start\":\"2026-01-01T00:00:00Z\"}"
#define SERVICE(url, version, operator, valid)                                 \
	"{\"url\":\"" url "\",\"majorApiVersion\":" version ",\"operator\":\"" \
	operator"\","                                                          \
		"\"validFor\":" valid "}"
#define LOGS(list, selector) \
	"{" TYPE ",\"rekorTlogUrls\":[" list "],\"rekorTlogConfig\":{" selector "}}"
#define ANY "\"selector\":\"ANY\""
#define NOW 1795309350 /* 2026-11-22 */

static void reads_a_file(void **state)
{
	AUTO(str) struct str text = data_read(TEST_DATA "/sign/services/signing_config.json");
	AUTO(sign_signing_config) struct sign_signing_config config = { 0 };
	struct err err = { 0 };

	(void)state;
	if (sign_signing_config_parse((struct span){ text.data, text.len }, &config, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(config.cas.n_items, 1);
	assert_string_equal(config.cas.items[0].url, "http://127.0.0.1:7100");
	assert_int_equal(config.cas.items[0].version, 1);
	assert_string_equal(config.cas.items[0].operator_name, "fake");
	assert_int_equal(config.cas.items[0].valid.end, INT64_MAX);
	assert_int_equal(config.tlogs.n_items, 1);
	assert_int_equal(config.tlogs.selector, SIGN_SELECT_ANY);
	assert_int_equal(config.tsas.n_items, 1);
	assert_string_equal(config.tsas.items[0].url, "http://127.0.0.1:7100/api/v1/timestamp");
}

/* Those chosen, one a line, or the error. */
static void chooses(void **state)
{
	static const struct {
		const char *text, *chosen, *why;
	} cases[] = {
		{ "{" TYPE "}", "", NULL },
		{ "{" TYPE ",\"rekorTlogConfig\":{}}", "", NULL },
		/* the trailing slash goes */
		{ LOGS(SERVICE("https://a/", "1", "x", START), ANY), "https://a\n", NULL },
		/* the one valid from the latest time on */
		{ LOGS(SERVICE("https://old", "1", "x", START) "," SERVICE(
			       "https://new", "1", "x", "{\"start\":\"2026-06-01T00:00:00Z\"}"),
		       ANY),
		  "https://new\n", NULL },
		/* not yet, not any more */
		{ LOGS(SERVICE("https://next", "1", "x", "{\"start\":\"2027-01-01T00:00:00Z\"}") "," SERVICE(
			       "https://gone", "1", "x",
			       "{\"start\":\"2026-07-01T00:00:00Z\","
			       "\"end\":\"2026-08-01T00:00:00Z\"}") "," SERVICE("https://now", "1",
										"x", START),
		       ANY),
		  "https://now\n", NULL },
		/* the highest version that is spoken, and no other */
		{ LOGS(SERVICE("https://two", "2", "x", START) "," SERVICE("https://one", "1", "y",
									   START),
		       "\"selector\":\"ALL\""),
		  "https://two\n", NULL },
		{ LOGS(SERVICE("https://three", "3", "x", START) "," SERVICE("https://one", "1",
									     "y", START),
		       ANY),
		  "https://one\n", NULL },
		{ LOGS(SERVICE("https://zero", "0", "x", START), ANY), NULL,
		  "signing configuration: transparency log https://zero has version 0" },
		/* one of each operator */
		{ LOGS(SERVICE("https://a", "1", "x",
			       START) "," SERVICE("https://b", "1", "x",
						  START) "," SERVICE("https://c", "1", "y", START),
		       "\"selector\":\"ALL\""),
		  "https://a\nhttps://c\n", NULL },
		{ LOGS(SERVICE("https://a", "1", "x",
			       START) "," SERVICE("https://b", "1", "y",
						  START) "," SERVICE("https://c", "1", "z", START),
		       "\"selector\":\"EXACT\",\"count\":2"),
		  "https://a\nhttps://b\n", NULL },
		{ LOGS(SERVICE("https://a", "1", "x", START), "\"selector\":\"EXACT\",\"count\":2"),
		  NULL, "signing configuration: 1 of each transparency log, not 2" },
		{ LOGS(SERVICE("https://three", "3", "x", START), ANY), NULL,
		  "signing configuration: transparency log https://three has version 3" },
		{ LOGS(SERVICE("https://next", "1", "x", "{\"start\":\"2027-01-01T00:00:00Z\"}"),
		       ANY),
		  NULL, "signing configuration: no transparency log is valid now" },
		{ LOGS(SERVICE("https://a", "1", "x", START), ""), NULL,
		  "signing configuration: it does not say how many" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(sign_signing_config) struct sign_signing_config config = { 0 };
		const struct sign_service *chosen[LIMIT_SERVICES_USED];
		const struct sign_choice choice = { "transparency log", 2, NOW };
		AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
		struct err err = { 0 };
		size_t n = 0;
		int rc;

		if (sign_signing_config_parse(span_of(cases[i].text), &config, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.text);
		rc = sign_services_select(&config.tlogs, &choice, chosen, &n, &err);
		if (cases[i].why) {
			assert_int_equal(rc, -1);
			assert_memory_equal(err.text, cases[i].why, strlen(cases[i].why));
			continue;
		}
		if (rc < 0)
			fail_msg("%s: %s", cases[i].text, err.text);
		for (size_t k = 0; k < n; k++)
			str_addf(&text, "%s\n", chosen[k]->url);
		assert_string_equal(str_text(&text), cases[i].chosen);
	}
}

static void refuses_others(void **state)
{
	static const struct {
		const char *text, *why;
		enum err_code code;
	} bad[] = {
		{ "", "signing configuration:", EC_CORRUPT },
		{ "{}", "signing configuration.mediaType: ", EC_CORRUPT },
		{ "{\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.1+json\"}",
		  "signing configuration: \"application/vnd.dev.sigstore.signingconfig.v0.1+json\" "
		  "is not",
		  EC_UNSUPPORTED },
		{ "{" TYPE ",\"caUrls\":{}}", "signing configuration.caUrls: ", EC_CORRUPT },
		{ "{" TYPE ",\"caUrls\":[7]}", "signing configuration.caUrls[0]: ", EC_CORRUPT },
		{ LOGS(SERVICE("ftp://a", "1", "x", START), ANY),
		  "signing configuration.rekorTlogUrls[0].url: ", EC_CORRUPT },
		{ LOGS(SERVICE("https://", "1", "x", START), ANY),
		  "signing configuration.rekorTlogUrls[0].url: ", EC_CORRUPT },
		{ LOGS(SERVICE("https://u:p@a", "1", "x", START), ANY),
		  "signing configuration.rekorTlogUrls[0].url: ", EC_CORRUPT },
		{ LOGS(SERVICE("https://a?x", "1", "x", START), ANY),
		  "signing configuration.rekorTlogUrls[0].url: ", EC_CORRUPT },
		{ LOGS(SERVICE("https://a", "\\\"1\\\"", "x", START), ANY),
		  "signing configuration:", EC_CORRUPT },
		{ LOGS(SERVICE("https://a", "1", "x", "{}"), ANY),
		  "signing configuration.rekorTlogUrls[0].validFor.start: ", EC_CORRUPT },
		{ LOGS(SERVICE("https://a", "1", "x", START), "\"selector\":\"SOME\""),
		  "signing configuration.rekorTlogConfig.selector: ", EC_CORRUPT },
		{ LOGS(SERVICE("https://a", "1", "x", START), "\"count\":-1"),
		  "signing configuration.rekorTlogConfig.count: ", EC_CORRUPT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_signing_config config = { 0 };
		struct err err = { 0 };

		if (sign_signing_config_parse(span_of(bad[i].text), &config, &err) == 0)
			fail_msg("%s: read", bad[i].text);
		if (strncmp(err.text, bad[i].why, strlen(bad[i].why)) != 0)
			fail_msg("%s: %s", bad[i].text, err.text);
		assert_int_equal(err.code, bad[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_file),
		cmocka_unit_test(chooses),
		cmocka_unit_test(refuses_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
