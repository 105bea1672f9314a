// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/tagged.h"
#include "base/alloc.h"

#define A "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define B "sha256:2222222222222222222222222222222222222222222222222222222222222222"

#define LAYER(digest, sig)                                          \
	"{\"annotations\":{\"s\":\"" sig "\"},\"digest\":\"" digest \
	"\",\"mediaType\":\"x/y\",\"size\":1}"
#define PLAIN(digest) "{\"digest\":\"" digest "\",\"mediaType\":\"x/y\",\"size\":1}"

static struct oci_manifest *manifest_of(const char *layers, const char *annotations)
{
	AUTO(free)
	char *text = mem_printf("{\"schemaVersion\":2,\"config\":" PLAIN(A) ",\"layers\":[%s]%s}",
				layers, annotations);
	struct oci_manifest *manifest = NULL;
	struct err err = { 0 };

	if (oci_manifest_parse(span_of(text), "test", &manifest, &err) < 0)
		fail_msg("%s", err.text);
	return manifest;
}

static void merges(void **state)
{
	static const struct {
		const char *into, *from, *expected;
	} cases[] = {
		{ "", "", NULL },
		{ "", LAYER(A, "1"), LAYER(A, "1") },
		{ LAYER(A, "1"), "", NULL },
		{ LAYER(A, "1"), LAYER(A, "1"), NULL },
		/* two keys, the same bytes */
		{ LAYER(A, "1"), LAYER(A, "2"), LAYER(A, "1") "," LAYER(A, "2") },
		{ LAYER(A, "1"), LAYER(B, "1"), LAYER(A, "1") "," LAYER(B, "1") },
		{ LAYER(B, "1"), LAYER(A, "1") "," LAYER(B, "1"), LAYER(B, "1") "," LAYER(A, "1") },
		{ PLAIN(A), PLAIN(A), NULL },
		{ PLAIN(A), LAYER(A, "1"), PLAIN(A) "," LAYER(A, "1") },
		{ LAYER(A, "1"), PLAIN(A), LAYER(A, "1") "," PLAIN(A) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(oci_manifest) struct oci_manifest *into = manifest_of(cases[i].into, "");
		AUTO(oci_manifest) struct oci_manifest *from = manifest_of(cases[i].from, "");
		AUTO(oci_manifest)
		struct oci_manifest *expected =
			manifest_of(cases[i].expected ? cases[i].expected : cases[i].into, "");
		AUTO(free) char *wanted = oci_manifest_dump(expected);
		AUTO(free) char *got = NULL;

		assert_int_equal(oci_tagged_merge(into, from), cases[i].expected != NULL);
		got = oci_manifest_dump(into);
		assert_string_equal(got, wanted);
	}
}

static void keeps_annotations(void **state)
{
	AUTO(oci_manifest)
	struct oci_manifest *into = manifest_of("", ",\"annotations\":{\"a\":\"1\"}");
	AUTO(oci_manifest)
	struct oci_manifest *from = manifest_of("", ",\"annotations\":{\"a\":\"2\",\"b\":\"2\"}");
	AUTO(oci_manifest) struct oci_manifest *none = manifest_of("", "");

	(void)state;
	assert_false(oci_tagged_merge(into, from));
	assert_string_equal(oci_annotation(into->annotations, "a"), "1");
	assert_string_equal(oci_annotation(into->annotations, "b"), "2");
	assert_false(oci_tagged_merge(none, into));
	assert_string_equal(oci_annotation(none->annotations, "b"), "2");
}

/* As "cosign sign" wrote it for a layer of this digest, members sorted. */
static void makes_configs(void **state)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = manifest_of(PLAIN(B) "," PLAIN(A), "");
	AUTO(free) char *text = oci_tagged_config(manifest);
	struct oci_digest digest;

	(void)state;
	assert_string_equal(
		text, "{\"architecture\":\"\",\"config\":{},\"created\":\"0001-01-01T00:00:00Z\","
		      "\"history\":[{\"created\":\"0001-01-01T00:00:00Z\"},"
		      "{\"created\":\"0001-01-01T00:00:00Z\"}],\"os\":\"\","
		      "\"rootfs\":{\"diff_ids\":[\"" B "\",\"" A "\"],\"type\":\"layers\"}}");
	oci_digest_of(text, strlen(text), &digest);
	assert_true(oci_digest_equal(&manifest->config.digest, &digest));
	assert_string_equal(manifest->config.media_type,
			    "application/vnd.oci.image.config.v1+json");
}

static void knows_lists(void **state)
{
	(void)state;
	assert_true(oci_tagged_is_list("sha256-00.sig"));
	assert_true(oci_tagged_is_list("sha256-00.att"));
	assert_false(oci_tagged_is_list("sha256-00.sbom"));
	assert_false(oci_tagged_is_list("sha256-00"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merges),
		cmocka_unit_test(keeps_annotations),
		cmocka_unit_test(makes_configs),
		cmocka_unit_test(knows_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
