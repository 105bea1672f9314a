// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/manifest.h"
#include "base/alloc.h"
#include "oci/mediatype.h"

#define D "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define DESC "{\"mediaType\":\"a/b\",\"digest\":\"" D "\",\"size\":2}"
#define HEAD "\"schemaVersion\":2,\"mediaType\":\"" OCI_TYPE_MANIFEST "\""
#define INDEX_HEAD "\"schemaVersion\":2,\"mediaType\":\"" OCI_TYPE_INDEX "\""

/* As oras 1.3 writes it. */
static const char oras[] =
	"{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
	"\"artifactType\":\"application/vnd.eunomia.package.v1\","
	"\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"" D "\","
	"\"size\":2,\"data\":\"e30=\"},"
	"\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"" D
	"\","
	"\"size\":2,\"annotations\":{\"org.opencontainers.image.title\":\"a.bpf.o\"}}],"
	"\"annotations\":{\"org.opencontainers.image.created\":\"2026-01-01T00:00:00Z\"}}";

static struct span text_span(const char *text)
{
	return (struct span){ text, strlen(text) };
}

static void reads_what_oras_writes(void **state)
{
	AUTO(oci_manifest) struct oci_manifest *m = NULL;
	struct err err = { 0 };

	assert_int_equal(oci_manifest_parse(text_span(oras), "m", &m, &err), 0);
	assert_string_equal(m->artifact_type, "application/vnd.eunomia.package.v1");
	assert_string_equal(m->config.digest.text, D);
	assert_int_equal(m->config.size_bytes, 2);
	assert_int_equal(m->n_layers, 1);
	assert_string_equal(oci_annotation(m->layers[0].annotations, OCI_KEY_TITLE), "a.bpf.o");
	assert_string_equal(oci_annotation(m->annotations, OCI_KEY_CREATED),
			    "2026-01-01T00:00:00Z");
	assert_false(m->has_subject);
}

static void writes_canonically(void **state)
{
	AUTO(oci_manifest) struct oci_manifest *m = NULL;
	AUTO(free) char *text = NULL;
	struct err err = { 0 };

	assert_int_equal(
		oci_manifest_parse(text_span("{" HEAD ",\"layers\":[],\"config\":" DESC "}"), "m",
				   &m, &err),
		0);
	text = oci_manifest_dump(m);
	assert_string_equal(
		text, "{\"config\":{\"digest\":\"" D "\",\"mediaType\":\"a/b\",\"size\":2},"
		      "\"layers\":[],\"mediaType\":\"" OCI_TYPE_MANIFEST "\",\"schemaVersion\":2}");
}

static const struct {
	const char *text, *error;
} bad_manifests[] = {
	{ "[]", "m: expected an object, found an array" },
	{ "{}", "m.schemaVersion: expected a whole number, found nothing" },
	{ "{\"schemaVersion\":1}", "m: schemaVersion 1 is not 2" },
	{ "{\"schemaVersion\":2}", "m.config: expected an object, found nothing" },
	{ "{" HEAD ",\"config\":" DESC "}", "m.layers: expected an array, found nothing" },
	{ "{" HEAD ",\"config\":" DESC ",\"layers\":{}}",
	  "m.layers: expected an array, found an object" },
	{ "{" HEAD ",\"config\":" DESC ",\"layers\":[1]}",
	  "m.layers[0]: expected an object, found a number" },
	{ "{" HEAD ",\"config\":" DESC ",\"layers\":[" DESC ",{\"mediaType\":\"a/b\"}]}",
	  "m.layers[1].digest: expected a string, found nothing" },
	{ "{" HEAD ",\"config\":{\"mediaType\":\"a/b\",\"digest\":\"" D "\",\"size\":-1},"
	  "\"layers\":[]}",
	  "m.config.size: -1 is not from 0 to 1099511627776" },
	{ "{" HEAD ",\"config\":{\"mediaType\":\"\",\"digest\":\"" D "\",\"size\":1},"
	  "\"layers\":[]}",
	  "m.config.mediaType: not a media type" },
	{ "{" HEAD ",\"config\":{\"mediaType\":\"a/b\",\"digest\":\"sha256:1\",\"size\":1},"
	  "\"layers\":[]}",
	  "m.config.digest: 'sha256:1' is not a digest (sha256: and 64 lower-case hex characters)" },
	{ "{" HEAD ",\"config\":" DESC ",\"layers\":[],\"annotations\":{\"a\":1}}",
	  "m.annotations.a: expected a string, found a number" },
	{ "{" HEAD ",\"config\":" DESC ",\"layers\":[],\"manifests\":[]}",
	  "m.manifests: must not be in this kind of document" },
	{ "{" INDEX_HEAD ",\"config\":" DESC ",\"layers\":[]}",
	  "m.mediaType: expected the media type of its descriptor, found a string" },
	{ "{" HEAD ",\"config\":" DESC ",\"layers\":[],\"layers\":[]}", NULL },
	{ "{" HEAD, NULL },
};

static void refuses_manifests(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_manifests); i++) {
		struct oci_manifest *m = NULL;
		struct err err = { 0 };

		assert_int_equal(
			oci_manifest_parse(text_span(bad_manifests[i].text), "m", &m, &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_null(m);
		if (bad_manifests[i].error)
			assert_string_equal(err.text, bad_manifests[i].error);
	}
}

static void keeps_what_it_does_not_know(void **state)
{
	static const char text[] =
		"{\"manifests\":[{\"data\":\"e30=\",\"digest\":\"" D "\",\"mediaType\":\"a/b\","
		"\"platform\":{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v7\"},"
		"\"size\":2}],\"mediaType\":\"" OCI_TYPE_INDEX "\",\"schemaVersion\":2}";
	AUTO(oci_index) struct oci_index *index = NULL;
	AUTO(free) char *dumped = NULL;
	struct err err = { 0 };

	assert_int_equal(oci_index_parse(text_span(text), "i", &index, &err), 0);
	assert_string_equal(index->manifests[0].architecture, "arm");
	dumped = oci_index_dump(index);
	assert_string_equal(dumped, text);
}

static void an_index_is_no_manifest(void **state)
{
	struct oci_index *index = NULL;
	struct err err = { 0 };

	assert_int_equal(oci_index_parse(text_span(oras), "i", &index, &err), -1);
	assert_int_equal(oci_index_parse(text_span("{" INDEX_HEAD "}"), "i", &index, &err), -1);
	assert_string_equal(err.text, "i.manifests: expected an array, found nothing");
	assert_null(index);
}

static void guesses_types(void **state)
{
	static const struct {
		const char *text, *type;
	} cases[] = {
		{ "{\"schemaVersion\":2,\"layers\":[]}", OCI_TYPE_MANIFEST },
		{ "{\"schemaVersion\":2,\"manifests\":[]}", OCI_TYPE_INDEX },
		{ "{" INDEX_HEAD "}", OCI_TYPE_INDEX },
		{ "{\"schemaVersion\":2,\"mediaType\":\"a/b\",\"layers\":[]}", NULL },
		{ "{\"layers\":[]}", NULL },
		{ "{\"bpf_skel\":{}}", NULL },
		{ "[]", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *json = json_loads(cases[i].text, 0, NULL);
		const char *type = oci_type_guess(json);

		assert_string_equal(type ? type : "-", cases[i].type ? cases[i].type : "-");
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_oras_writes),
		cmocka_unit_test(writes_canonically),
		cmocka_unit_test(refuses_manifests),
		cmocka_unit_test(keeps_what_it_does_not_know),
		cmocka_unit_test(an_index_is_no_manifest),
		cmocka_unit_test(guesses_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
