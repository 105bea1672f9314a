// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/simple_signing.h"
#include "base/alloc.h"
#include "base/json.h"
#include "support/data.h"

#define DIGEST "sha256:f5e44ef0fa34a9561f27ee13192f425b8a86eb4c4cdc104ee8d31da00f5b0d89"
#define IDENTITY "\"identity\":{\"docker-reference\":\"a/b\"},"
#define IMAGE "\"image\":{\"docker-manifest-digest\":\"" DIGEST "\"},"
#define TYPE "\"type\":\"cosign container image signature\""

static struct sign_simple *parse(struct span text)
{
	struct sign_simple *simple = NULL;
	struct err err = { 0 };

	if (sign_simple_parse(text, "payload", &simple, &err) < 0)
		fail_msg("%s", err.text);
	return simple;
}

/* As cosign wrote them, without annotations and with: read and written again they are the same. */
static void reads_and_writes_as_cosign(void **state)
{
	static const struct {
		const char *path, *digest, *reference, *optional;
	} all[] = {
		{ TEST_DATA "/sign/cosign/simple.json", DIGEST, "127.0.0.1:5001/leg/a", NULL },
		{ TEST_DATA "/sign/cosign/simple-p256.json",
		  "sha256:335d3e5620515d6d06f6fe30cbcc887d6d81e2e0b585c1c2f7dd495fbf96ff5e",
		  "127.0.0.1:5399/fx/p256", "{\"b\":\"2\",\"env\":\"prod\"}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		AUTO(str) struct str text = data_read(all[i].path);
		AUTO(sign_simple)
		struct sign_simple *simple = parse((struct span){ text.data, text.len });
		AUTO(free) char *dump = sign_simple_dump(simple);
		AUTO(free) char *optional = simple->optional ? js_dump(simple->optional) : NULL;

		assert_string_equal(simple->digest, all[i].digest);
		assert_string_equal(simple->reference, all[i].reference);
		if (all[i].optional)
			assert_string_equal(optional, all[i].optional);
		else
			assert_null(optional);
		assert_string_equal(dump, text.data);
	}
}

static void reads_what_others_write(void **state)
{
	static const char *const good[] = {
		"{\"critical\":{" IDENTITY IMAGE TYPE "}}",
		"{\"critical\":{" IMAGE TYPE "},\"optional\":{\"creator\":\"x\",\"timestamp\":1}}",
		"{\"critical\":{\"identity\":{\"docker-reference\":\"\"}," IMAGE TYPE
		"},\"optional\":{}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(sign_simple) struct sign_simple *simple = parse(span_of(good[i]));

		assert_string_equal(simple->digest, DIGEST);
		assert_string_equal(simple->reference, i ? "" : "a/b");
		assert_int_equal(simple->optional != NULL, i > 0);
	}
}

static void refuses_payloads(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"critical\":null}",
		"{\"critical\":[]}",
		"{\"critical\":{" IDENTITY TYPE "}}",
		"{\"critical\":{" IDENTITY "\"image\":{}," TYPE "}}",
		"{\"critical\":{" IDENTITY "\"image\":{\"docker-manifest-digest\":7}," TYPE "}}",
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"sha256:abc\"}," TYPE "}}",
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"sha512:f5e4\"}," TYPE "}}",
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"" DIGEST "0\"}," TYPE "}}",
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"" DIGEST
		"\",\"docker-manifest-digest\":\"" DIGEST "\"}," TYPE "}}",
		"{\"critical\":{" IDENTITY IMAGE "\"type\":\"atomic container signature\"}}",
		"{\"critical\":{" IDENTITY "\"image\":{\"docker-manifest-digest\":\"" DIGEST
		"\"}}}",
		"{\"critical\":{\"identity\":7," IMAGE TYPE "}}",
		"{\"critical\":{" IDENTITY IMAGE TYPE "},\"optional\":[]}",
		"{\"critical\":{" IDENTITY IMAGE TYPE "},\"optional\":{\"a\":\"1\",\"a\":\"2\"}}",
		"{\"critical\":{" IDENTITY IMAGE TYPE "}}\n{}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_simple *simple = NULL;
		struct err err = { 0 };

		if (sign_simple_parse(span_of(bad[i]), "x", &simple, &err) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_null(simple);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_as_cosign),
		cmocka_unit_test(reads_what_others_write),
		cmocka_unit_test(refuses_payloads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
