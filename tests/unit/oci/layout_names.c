// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/layout_names.h"
#include "base/alloc.h"

#define HEAD "{\"schemaVersion\":2,\"manifests\":["
#define ENTRY(digest, name)                                                                  \
	"{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"" digest \
	"\",\"size\":7,\"annotations\":{\"org.opencontainers.image.ref.name\":\"" name "\"}}"
#define NAMELESS(digest)                                                                     \
	"{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"" digest \
	"\",\"size\":7}"
#define D1 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define D2 "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define TAG "sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static struct oci_index *index_of(const char *text)
{
	struct oci_index *index = NULL;
	struct err err = { 0 };

	assert_int_equal(oci_index_parse(span_of(text), "index", &index, &err), 0);
	return index;
}

static void finds(void **state)
{
	static const struct {
		const char *index, *name, *digest;
		enum err_code code;
	} cases[] = {
		{ HEAD ENTRY(D1, "1") "," ENTRY(D2, "2") "]}", "2", D2, EC_NONE },
		{ HEAD ENTRY(D1, "1") "," ENTRY(D2, "2") "]}", D1, D1, EC_NONE },
		{ HEAD ENTRY(D1, "1") "," ENTRY(D2, "2") "]}", NULL, NULL, EC_USAGE },
		{ HEAD ENTRY(D1, "1") "," ENTRY(D2, "2") "]}", "3", NULL, EC_NOT_FOUND },
		{ HEAD ENTRY(D1, "1") "," NAMELESS(D2) "]}", NULL, D1, EC_NONE },
		{ HEAD ENTRY(D1, "1") "," ENTRY(D1, "one") "]}", NULL, D1, EC_NONE },
		{ HEAD ENTRY(D1, "1") "," ENTRY(D2, TAG ".sig") "]}", NULL, D1, EC_NONE },
		{ HEAD ENTRY(D1, "1") "," ENTRY(D2, TAG ".sig") "]}", TAG ".sig", D2, EC_NONE },
		{ HEAD NAMELESS(D2) "]}", NULL, D2, EC_NONE },
		{ HEAD NAMELESS(D1) "," NAMELESS(D2) "]}", NULL, NULL, EC_USAGE },
		{ HEAD "]}", NULL, NULL, EC_NOT_FOUND },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(oci_index) struct oci_index *index = index_of(cases[i].index);
		const struct oci_descriptor *found = NULL;
		struct err err = { 0 };

		assert_int_equal(oci_layout_find(index, cases[i].name, &found, &err),
				 cases[i].code ? -1 : 0);
		assert_int_equal(err.code, cases[i].code);
		if (cases[i].digest)
			assert_string_equal(found->digest.text, cases[i].digest);
		else
			assert_null(found);
	}
}

static void names(void **state)
{
	AUTO(oci_index)
	struct oci_index *index = index_of(HEAD ENTRY(D1, "1") "," NAMELESS(D2) "]}");
	struct oci_descriptor two = index->manifests[1];
	const struct oci_descriptor *found = NULL;
	struct err err = { 0 };

	(void)state;
	oci_layout_add_name(index, &two, NULL); /* it is there */
	assert_int_equal(index->n_manifests, 2);
	two = (struct oci_descriptor){ .media_type = (char *)"x", .digest = two.digest };
	oci_layout_add_name(index, &two, "1"); /* the name moves, what had none gets it */
	assert_int_equal(index->n_manifests, 1);
	assert_int_equal(oci_layout_find(index, "1", &found, &err), 0);
	assert_string_equal(found->digest.text, D2);
	oci_layout_add_name(index, &two, "one"); /* two names */
	assert_int_equal(index->n_manifests, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
