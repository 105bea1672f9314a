// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/signatures.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"

static char root[] = "/tmp/epm-signatures.XXXXXX";
static char *home; /* one for each test */

static int setup(void **state)
{
	static int n;

	(void)state;
	home = mem_printf("%s/%d", root, n++);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(home);
	return 0;
}

static struct store *open_store(void)
{
	struct store *store = NULL;
	struct err err;

	if (store_open(home, STORE_WRITE, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

/* A manifest with layers of this type, whose blobs are texts; out takes its digest. */
static void add(struct store *store, const char *type, const char *const *layers, size_t n_layers,
		const struct oci_digest *subject, struct oci_digest *out)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = mem_alloc(sizeof(*manifest));
	AUTO(free) struct store_blob *blobs = mem_array(n_layers + 1, sizeof(*blobs));
	AUTO(free) char *text = NULL;
	static const char *const names[] = { "tool:1.0" };
	struct store_item item = { .media_type = OCI_TYPE_MANIFEST, .subject = subject };
	struct err err;

	oci_descriptor_of(&manifest->config, OCI_TYPE_EMPTY, "{}", 2);
	blobs[item.n_blobs++] =
		(struct store_blob){ .digest = manifest->config.digest, .data = span_of("{}") };
	for (size_t i = 0; i < n_layers; i++) {
		struct oci_descriptor *layer = oci_manifest_add_layer(manifest);

		oci_descriptor_of(layer, type, layers[i], strlen(layers[i]));
		layer->annotations = json_pack("{s:s}", "of", layers[i]);
		blobs[item.n_blobs++] =
			(struct store_blob){ .digest = layer->digest, .data = span_of(layers[i]) };
	}
	if (subject) {
		manifest->has_subject = true;
		manifest->subject.media_type = mem_text(OCI_TYPE_MANIFEST);
		manifest->subject.digest = *subject;
		manifest->subject.size_bytes = 7;
	} else {
		item.names = names;
		item.n_names = 1;
	}
	text = oci_manifest_dump(manifest);
	item.manifest = span_of(text);
	item.blobs = blobs;
	if (store_add(store, &item, &err) < 0)
		fail_msg("%s", err.text);
	oci_digest_of(text, strlen(text), out);
}

static void knows_types_of_layers(void **state)
{
	static const struct {
		const char *type;
		enum signature_form form;
	} cases[] = {
		{ SIGNATURE_TYPE_BUNDLE, SIGNATURE_BUNDLE },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.1", SIGNATURE_BUNDLE },
		{ SIGNATURE_TYPE_SIMPLE, SIGNATURE_SIMPLE },
		{ SIGNATURE_TYPE_ENVELOPE, SIGNATURE_ENVELOPE },
		{ SIGNATURE_TYPE_JWS, SIGNATURE_NOTATION },
		{ SIGNATURE_TYPE_COSE, SIGNATURE_NOTATION },
		{ "application/vnd.dev.sigstore.other", SIGNATURE_OTHER },
		{ "application/json", SIGNATURE_OTHER },
		{ "", SIGNATURE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oci_descriptor blob = { .media_type = (char *)cases[i].type };

		if (signature_layer_form(cases[i].type) != cases[i].form ||
		    signature_is_no_part(&blob) != (cases[i].form == SIGNATURE_OTHER))
			fail_msg("%s", cases[i].type);
	}
	assert_string_equal(signature_form_word(SIGNATURE_BUNDLE), "bundle");
	assert_string_equal(signature_form_word(SIGNATURE_NOTATION), "notation");
}

static void finds_all_forms(void **state)
{
	static const char *const one[] = { "one" }, *const two[] = { "two", "three" };
	AUTO(store) struct store *store = open_store();
	AUTO(signatures) struct signatures found = { 0 };
	struct oci_digest subject, bundle, simple, notation, other, odd;
	struct err err;
	size_t n_seen = 0;

	(void)state;
	add(store, "application/octet-stream", one, 1, NULL, &subject);
	add(store, SIGNATURE_TYPE_BUNDLE, one, 1, &subject, &bundle);
	add(store, SIGNATURE_TYPE_SIMPLE, two, 2, &subject, &simple);
	add(store, SIGNATURE_TYPE_JWS, two, 1, &subject, &notation);
	add(store, "application/spdx+json", two, 1, &subject, &other);
	add(store, SIGNATURE_TYPE_BUNDLE, two, 2, &subject, &odd);
	assert_int_equal(signatures_read(store, &subject, &found, &err), 0);
	assert_int_equal(found.n_items, 6);
	for (size_t i = 0; i < found.n_items; i++) {
		const struct signature *item = &found.items[i];

		if (i && item->layer == 0)
			assert_true(strcmp(found.items[i - 1].manifest.text, item->manifest.text) <
				    0);
		if (oci_digest_equal(&item->manifest, &odd)) {
			assert_int_equal(item->err.code, EC_CORRUPT);
			assert_int_equal(item->body.len, 0);
			continue;
		}
		assert_int_equal(item->err.code, EC_NONE);
		assert_string_equal(str_text(&item->body), oci_annotation(item->annotations, "of"));
		n_seen++;
	}
	assert_int_equal(n_seen, 4);
}

static void one_that_is_damaged_is_listed(void **state)
{
	static const char *const one[] = { "one" };
	AUTO(store) struct store *store = open_store();
	AUTO(signatures) struct signatures found = { 0 };
	struct oci_digest subject, bundle, blob;
	AUTO(free) char *path = NULL;
	struct err err;

	(void)state;
	add(store, "application/octet-stream", one, 1, NULL, &subject);
	add(store, SIGNATURE_TYPE_BUNDLE, (const char *const[]){ "two" }, 1, &subject, &bundle);
	oci_digest_of("two", 3, &blob);
	path = mem_printf("%s/blobs/sha256/%s", home, oci_digest_hex(&blob));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(signatures_read(store, &subject, &found, &err), 0);
	assert_int_equal(found.n_items, 1);
	assert_int_equal(found.items[0].err.code, EC_NOT_FOUND);
	assert_int_equal(found.items[0].form, SIGNATURE_BUNDLE);
}

static void too_many_are_left_out(void **state)
{
	AUTO(free) const char **layers = mem_array(10000, sizeof(*layers));
	AUTO(store) struct store *store = open_store();
	AUTO(signatures) struct signatures found = { 0 };
	struct oci_digest subject, simple;
	struct err err;

	(void)state;
	for (size_t i = 0; i < 10000; i++)
		layers[i] = "one";
	add(store, "application/octet-stream", layers, 1, NULL, &subject);
	add(store, SIGNATURE_TYPE_SIMPLE, layers, 10000, &subject, &simple);
	assert_int_equal(signatures_read(store, &subject, &found, &err), 0);
	assert_int_equal(found.n_items, SIGNATURE_LAYERS_MAX + 1);
	assert_int_equal(found.items[SIGNATURE_LAYERS_MAX - 1].err.code, EC_NONE);
	assert_string_equal(found.items[SIGNATURE_LAYERS_MAX].err.text,
			    "9936 more are left out: there are too many");
}

static void where_none_is_there_are_none(void **state)
{
	static const char *const one[] = { "one" };
	AUTO(store) struct store *store = open_store();
	AUTO(signatures) struct signatures found = { 0 };
	struct oci_digest subject;
	struct err err;

	(void)state;
	add(store, SIGNATURE_TYPE_BUNDLE, one, 1, NULL, &subject);
	assert_int_equal(signatures_read(store, &subject, &found, &err), 0);
	assert_int_equal(found.n_items, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_types_of_layers),
		cmocka_unit_test_setup_teardown(finds_all_forms, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_is_damaged_is_listed, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(where_none_is_there_are_none, setup, teardown),
	};
	int rc;

	if (!mkdtemp(root))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	fs_remove_tree(AT_FDCWD, root);
	return rc;
}
