// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "pkg/package.h"

static char root[] = "/tmp/epm-store.XXXXXX";
static char *home; /* one for each test */

static int setup(void **state)
{
	static int n;

	home = mem_printf("%s/%d", root, n++);
	return 0;
}

static int teardown(void **state)
{
	free(home);
	return 0;
}

static struct store *open_store(enum store_mode mode)
{
	struct store *store = NULL;
	struct err err = { 0 };

	if (store_open(home, mode, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

/* A package whose object is this text. */
static void save(struct store *store, const char *object, const char *const *names, size_t n_names,
		 char digest[OCI_DIGEST_LENGTH + 1])
{
	AUTO(config) struct config *config = config_new();
	AUTO(json) json_t *package_config = json_pack("{s:s}", "version", "1.0");
	AUTO(json) json_t *annotations = json_pack("{s:s}", OCI_KEY_VERSION, "1.0");
	const struct package_input in = {
		.name = "tool",
		.architecture = package_architecture(),
		.object = span_of(object),
		.config = config,
		.package_config = package_config,
		.annotations = annotations,
		.names = names,
		.n_names = n_names,
	};
	struct err err = { 0 };

	config->obj_name = mem_text("tool");
	if (package_save(store, &in, digest, &err) < 0)
		fail_msg("%s", err.text);
}

static void save_as(struct store *store, const char *object, const char *name)
{
	char digest[OCI_DIGEST_LENGTH + 1];

	save(store, object, &name, 1, digest);
}

static struct store_freed freed; /* by the last remove_items() */

static int remove_items(struct store *store, const char *const *items, size_t n_items,
			bool is_forced, struct str *removed, struct err *err)
{
	const struct store_removal removal = { items, n_items, is_forced, removed };

	freed = (struct store_freed){ 0 };
	return store_remove(store, &removal, &freed, err);
}

static char *resolved(struct store *store, const char *text, struct err *err)
{
	struct store_target target = { 0 };
	char *digest;

	if (store_resolve(store, text, &target, err) < 0)
		return NULL;
	digest = mem_text(target.digest.text);
	store_target_done(&target);
	return digest;
}

static size_t count_blobs(void)
{
	AUTO(store) struct store *store = open_store(STORE_READ);
	AUTO(oci_blob_list) struct oci_blob_list list = { 0 };
	struct err err = { 0 };

	assert_int_equal(oci_layout_list(store_layout(store), &list, &err), 0);
	return list.n_blobs;
}

static void where_none_is_it_is_empty(void **state)
{
	AUTO(store) struct store *store = open_store(STORE_READ);
	AUTO(store_list) struct store_list list = { 0 };
	struct package *package = NULL;
	struct err err = { 0 };

	assert_int_equal(store_list(store, &list, &err), 0);
	assert_int_equal(list.n_entries, 0);
	assert_int_equal(package_load(store, "x", &package, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	assert_int_equal(access(home, F_OK), -1);
}

static void gives_back_what_was_saved(void **state)
{
	static const char *const names[] = { "tool", "ghcr.io/x/tool:1.0" };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(package) struct package *package = NULL;
	char digest[OCI_DIGEST_LENGTH + 1];
	struct err err = { 0 };

	save(store, "\177ELF", names, 2, digest);
	if (package_load(store, "tool", &package, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(package->reference, "tool:latest");
	assert_string_equal(package->name, "tool");
	assert_string_equal(package->digest.text, digest);
	assert_string_equal(str_text(&package->object), "\177ELF");
	assert_string_equal(package->config->obj_name, "tool");
	assert_string_equal(oci_annotation(package->annotations, OCI_KEY_VERSION), "1.0");
	assert_int_equal(
		json_integer_value(json_object_get(package->package_config, "formatVersion")), 1);
	assert_string_equal(
		json_string_value(json_object_get(package->package_config, "architecture")),
		package_architecture());
}

static const char empty_config[] = "{}";
static const char object_text[] = "object";

static struct oci_digest blob_digest(const char *text)
{
	struct oci_digest digest;

	oci_digest_of(text, strlen(text), &digest);
	return digest;
}

/* A manifest of the config {} and the layer "object". */
static char *make_manifest(const struct oci_descriptor *subject)
{
	AUTO(oci_manifest) struct oci_manifest *m = mem_alloc(sizeof(*m));

	m->artifact_type = mem_text("application/x.test");
	oci_descriptor_of(&m->config, OCI_TYPE_EMPTY, empty_config, 2);
	oci_descriptor_of(oci_manifest_add_layer(m), "text/plain", object_text,
			  sizeof(object_text) - 1);
	if (subject) {
		m->subject = (struct oci_descriptor){ .media_type = mem_text(subject->media_type),
						      .digest = subject->digest,
						      .size_bytes = subject->size_bytes };
		m->has_subject = true;
	}
	return oci_manifest_dump(m);
}

static struct oci_blob *receive(struct store *store, const char *text, struct err *err)
{
	struct oci_blob *blob = NULL;

	if (oci_blob_begin(store_layout(store), &blob, err) < 0 ||
	    oci_blob_write(blob, text, strlen(text), err) < 0 ||
	    oci_blob_end(blob, NULL, UINT64_MAX, err) < 0)
		fail_msg("%s", err->text);
	return blob;
}

static void takes_what_was_received(void **state)
{
	static const char *const names[] = { "a:1", "b:1" };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	struct err err = { 0 };
	AUTO(oci_blob) struct oci_blob *received = receive(store, object_text, &err);
	AUTO(free) char *manifest = make_manifest(NULL);
	AUTO(free) char *digest = NULL;
	struct store_blob shared[] = {
		{ .digest = *oci_blob_digest(received), .written = received },
		{ .data = { empty_config, 2 }, .is_present = true },
	};
	const struct store_item items[] = {
		{ .manifest = span_of(manifest),
		  .media_type = OCI_TYPE_MANIFEST,
		  .names = &names[0],
		  .n_names = 1 },
		{ .manifest = span_of(manifest),
		  .media_type = OCI_TYPE_MANIFEST,
		  .names = &names[1],
		  .n_names = 1 },
	};

	oci_digest_of(empty_config, 2, &shared[1].digest);
	assert_int_equal(store_add_all(store, items, 2, shared, 2, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	assert_null(resolved(store, "a:1", &err));
	shared[1].is_present = false;
	assert_int_equal(store_add_all(store, items, 2, shared, 2, &err), 0);
	assert_int_equal(count_blobs(), 3);
	digest = resolved(store, "a:1", &err);
	assert_non_null(digest);
	free(digest);
	digest = resolved(store, "b:1", &err);
	assert_non_null(digest);
}

/* A referrer of this digest, with or without the annotation that says so. */
static struct oci_digest attach(struct store *store, const char *subject_digest, const char *name,
				bool is_said)
{
	struct oci_descriptor subject = { .media_type = (char *)OCI_TYPE_MANIFEST,
					  .size_bytes = 1 };
	struct err err = { 0 };
	AUTO(free) char *manifest = NULL;
	const struct store_blob blobs[] = {
		{ .data = { empty_config, 2 }, .digest = blob_digest(empty_config) },
		{ .data = span_of(object_text), .digest = blob_digest(object_text) },
	};
	struct store_item item = { .blobs = blobs,
				   .n_blobs = 2,
				   .media_type = OCI_TYPE_MANIFEST,
				   .names = &name,
				   .n_names = name ? 1 : 0 };
	struct oci_digest digest;

	assert_int_equal(oci_digest_parse(subject_digest, &subject.digest, &err), 0);
	manifest = make_manifest(&subject);
	item.manifest = span_of(manifest);
	if (is_said)
		item.subject = &subject.digest;
	if (store_add(store, &item, &err) < 0)
		fail_msg("%s", err.text);
	oci_digest_of(manifest, strlen(manifest), &digest);
	return digest;
}

static size_t count_referrers(struct store *store, const char *subject)
{
	AUTO(store_referrers) struct store_referrers list = { 0 };
	struct oci_digest digest;
	struct err err = { 0 };

	assert_int_equal(oci_digest_parse(subject, &digest, &err), 0);
	assert_int_equal(store_referrers(store, &digest, &list, &err), 0);
	for (size_t i = 0; i < list.n_referrers; i++)
		assert_string_equal(list.referrers[i].artifact_type, "application/x.test");
	return list.n_referrers;
}

/* A manifest under the tag that is made of a digest, with the text as its layer. */
static struct oci_digest attach_tagged(struct store *store, const char *subject_digest,
				       const char *suffix, const char *layer)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = mem_alloc(sizeof(*manifest));
	AUTO(free) char *text = NULL;
	struct oci_digest subject, digest;
	struct err err = { 0 };
	const struct store_blob blobs[] = {
		{ .data = { empty_config, 2 }, .digest = blob_digest(empty_config) },
		{ .data = span_of(layer), .digest = blob_digest(layer) },
	};
	struct store_item item = { .blobs = blobs,
				   .n_blobs = 2,
				   .media_type = OCI_TYPE_MANIFEST,
				   .subject = &subject,
				   .suffix = suffix };

	assert_int_equal(oci_digest_parse(subject_digest, &subject, &err), 0);
	oci_descriptor_of(&manifest->config, OCI_TYPE_EMPTY, empty_config, 2);
	oci_descriptor_of(oci_manifest_add_layer(manifest), "text/plain", layer, strlen(layer));
	text = oci_manifest_dump(manifest);
	item.manifest = span_of(text);
	if (store_add(store, &item, &err) < 0)
		fail_msg("%s", err.text);
	oci_digest_of(text, strlen(text), &digest);
	return digest;
}

/* The digests of those that are found by a tag, one a line with the tag's suffix. */
static char *tagged(struct store *store, const char *subject_digest)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	struct str out = STR_MAX(10000);
	struct oci_digest subject;
	struct err err = { 0 };

	assert_int_equal(oci_digest_parse(subject_digest, &subject, &err), 0);
	assert_int_equal(store_referrers_all(store, &subject, &index, &err), 0);
	for (size_t i = 0; i < index->n_manifests; i++) {
		const char *tag = oci_annotation(index->manifests[i].annotations, OCI_KEY_REF_NAME);

		if (tag)
			str_addf(&out, "%s%s\n", index->manifests[i].digest.text, strchr(tag, '.'));
	}
	return str_take(&out);
}

static void signatures_under_a_tag_are_kept(void **state)
{
	static const char *const names[] = { "a:1", "b:1" };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(store_list) struct store_list list = { 0 };
	AUTO(str) struct str removed = STR_MAX(10000);
	char digest[OCI_DIGEST_LENGTH + 1], other[OCI_DIGEST_LENGTH + 1];
	struct oci_digest sig, att, sbom;
	AUTO(free) char *first = NULL;
	AUTO(free) char *wanted = NULL;
	AUTO(free) char *second = NULL;
	AUTO(free) char *gone = NULL;
	struct err err = { 0 };
	uint64_t size;

	save(store, "x", names, 1, digest);
	save(store, "y", names + 1, 1, other);
	sig = attach_tagged(store, digest, ".sig", "one");
	att = attach_tagged(store, digest, ".att", "two");
	/* what two have in common is kept for each */
	sbom = attach_tagged(store, digest, ".sbom", "both");
	attach_tagged(store, other, ".sbom", "both");
	attach_tagged(store, digest, ".sbom", "both");
	attach(store, digest, NULL, true);
	assert_int_equal(count_referrers(store, digest), 1);
	first = tagged(store, digest);
	wanted = mem_printf("%s.sig\n%s.att\n%s.sbom\n", sig.text, att.text, sbom.text);
	assert_string_equal(first, wanted);
	second = tagged(store, other);
	assert_int_equal(strlen(second), OCI_DIGEST_LENGTH + 6);
	assert_int_equal(store_list(store, &list, &err), 0);
	assert_int_equal(list.n_entries, 7);
	for (size_t i = 0; i < list.n_entries; i++)
		if (oci_digest_equal(&list.entries[i].digest, &sig)) {
			assert_null(list.entries[i].name);
			assert_string_equal(list.entries[i].subject.text, digest);
			assert_true(text_ends(list.entries[i].tag, ".sig"));
		}
	/* they go with their subject */
	assert_int_equal(remove_items(store, names, 1, false, &removed, &err), 0);
	assert_false(oci_layout_has(store_layout(store), &sig, &size));
	assert_true(oci_layout_has(store_layout(store), &sbom, &size));
	gone = tagged(store, digest);
	assert_string_equal(gone, "");
	assert_int_equal(store_prune(store, true, &freed, &err), 0);
	assert_int_equal(freed.n_blobs, 0);
}

/* Each layer is somebody's signature. */
static void layers_under_a_tag_are_merged(void **state)
{
	static const char *const name = "a:1";
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(oci_manifest) struct oci_manifest *manifest = NULL;
	AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);
	char digest[OCI_DIGEST_LENGTH + 1];
	struct oci_digest one, two, merged;
	AUTO(free) char *line = NULL;
	AUTO(free) char *again = NULL;
	struct err err = { 0 };

	save(store, "x", &name, 1, digest);
	one = attach_tagged(store, digest, ".sig", "one");
	two = attach_tagged(store, digest, ".sig", "two");
	line = tagged(store, digest);
	line[OCI_DIGEST_LENGTH] = '\0';
	assert_string_not_equal(line, one.text);
	assert_string_not_equal(line, two.text);
	assert_int_equal(oci_digest_parse(line, &merged, &err), 0);
	assert_int_equal(store_read(store, &merged, &text, &err), 0);
	assert_int_equal(
		oci_manifest_parse((struct span){ text.data, text.len }, "merged", &manifest, &err),
		0);
	assert_int_equal(manifest->n_layers, 2);
	/* what is there already changes nothing */
	attach_tagged(store, digest, ".sig", "one");
	again = tagged(store, digest);
	again[OCI_DIGEST_LENGTH] = '\0';
	oci_manifest_free(STEAL(manifest));
	str_cut(&text, 0);
	assert_int_equal(oci_digest_parse(again, &merged, &err), 0);
	assert_int_equal(store_read(store, &merged, &text, &err), 0);
	assert_int_equal(
		oci_manifest_parse((struct span){ text.data, text.len }, "merged", &manifest, &err),
		0);
	assert_int_equal(manifest->n_layers, 2);
}

/* The document, and what refers to it, are kept for the name that was chosen from it. */
static void keeps_the_index_a_name_was_chosen_from(void **state)
{
	static const char *const names[] = { "a:1", "a:2" };
	static const char text[] = "{\"schemaVersion\":2,\"manifests\":[]}";
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(store_target) struct store_target target = { 0 };
	AUTO(store_report) struct store_report report = { 0 };
	AUTO(str) struct str removed = STR_MAX(10000);
	AUTO(free) char *manifest = make_manifest(NULL);
	struct oci_digest index = blob_digest(text), referrer;
	const struct store_blob blobs[] = {
		{ .data = { empty_config, 2 }, .digest = blob_digest(empty_config) },
		{ .data = span_of(object_text), .digest = blob_digest(object_text) },
		{ .data = span_of(text), .digest = index },
	};
	const struct store_item item = { .blobs = blobs,
					 .n_blobs = 3,
					 .manifest = span_of(manifest),
					 .media_type = OCI_TYPE_MANIFEST,
					 .names = names,
					 .n_names = 2,
					 .root = &index };
	struct err err = { 0 };
	uint64_t size;

	if (store_add(store, &item, &err) < 0)
		fail_msg("%s", err.text);
	referrer = attach(store, index.text, NULL, true);
	assert_int_equal(store_resolve(store, "a:2", &target, &err), 0);
	assert_string_equal(target.root.text, index.text);
	assert_int_equal(count_referrers(store, index.text), 1);
	assert_int_equal(count_referrers(store, target.digest.text), 0);
	assert_int_equal(store_prune(store, false, &freed, &err), 0);
	assert_int_equal(freed.n_blobs, 0);
	assert_int_equal(store_fsck(home, &report, &err), 0);
	assert_int_equal(report.n_problems, 0);
	assert_int_equal(remove_items(store, names, 1, false, &removed, &err), 0);
	assert_true(oci_layout_has(store_layout(store), &index, &size));
	assert_int_equal(remove_items(store, names + 1, 1, false, &removed, &err), 0);
	assert_false(oci_layout_has(store_layout(store), &index, &size));
	assert_false(oci_layout_has(store_layout(store), &referrer, &size));
	assert_int_equal(count_blobs(), 0);
}

static void referrers_are_found(void **state)
{
	static const char *const names[] = { "a:1" };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(store_list) struct store_list list = { 0 };
	char digest[OCI_DIGEST_LENGTH + 1], other[OCI_DIGEST_LENGTH + 1];
	struct oci_digest first, second;
	struct err err = { 0 };

	save(store, "x", names, 1, digest);
	save(store, "y", NULL, 0, other);
	assert_int_equal(count_referrers(store, digest), 0);
	first = attach(store, digest, NULL, true);
	second = attach(store, first.text, NULL, false);
	attach(store, other, "named:1", true);
	assert_int_equal(count_referrers(store, digest), 1);
	assert_int_equal(count_referrers(store, first.text), 1);
	assert_int_equal(count_referrers(store, second.text), 0);
	assert_int_equal(count_referrers(store, other), 1);
	assert_int_equal(store_list(store, &list, &err), 0);
	assert_int_equal(list.n_entries, 5);
	for (size_t i = 0; i < list.n_entries; i++)
		if (oci_digest_equal(&list.entries[i].digest, &second))
			assert_string_equal(list.entries[i].subject.text, first.text);
}

static void referrers_go_with_their_subject(void **state)
{
	static const char *const names[] = { "a:1", "a:2", "b:1" };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	char digest[OCI_DIGEST_LENGTH + 1], gone[OCI_DIGEST_LENGTH + 1];
	AUTO(str) struct str removed = STR_MAX(10000);
	struct oci_digest first, orphan;
	struct err err = { 0 };
	uint64_t size;

	save(store, "x", names, 2, digest);
	save(store, "y", names + 2, 1, gone);
	memset(gone + 10, 'a', 20);
	orphan = attach(store, gone, NULL, true);
	first = attach(store, digest, NULL, true);
	attach(store, first.text, NULL, false);
	assert_int_equal(remove_items(store, &names[0], 1, false, &removed, &err), 0);
	assert_int_equal(count_referrers(store, digest), 1);
	assert_int_equal(freed.n_blobs, 0);
	/* the last name: both referrers go, config and layer stay with the third */
	assert_int_equal(remove_items(store, &names[1], 1, false, &removed, &err), 0);
	assert_string_equal(str_text(&removed), "a:1\na:2\n");
	assert_false(oci_layout_has(store_layout(store), &first, &size));
	assert_true(oci_layout_has(store_layout(store), &orphan, &size));
	assert_int_equal(count_referrers(store, digest), 0);
	assert_int_equal(count_referrers(store, first.text), 0);
	assert_int_equal(count_referrers(store, gone), 1);
	/* the third never had a subject here: that is for prune */
	assert_int_equal(store_prune(store, true, &freed, &err), 0);
	assert_int_equal(freed.n_blobs, 3);
	assert_int_equal(count_referrers(store, gone), 1);
	assert_int_equal(store_prune(store, false, &freed, &err), 0);
	assert_int_equal(freed.n_blobs, 3);
	assert_int_equal(count_referrers(store, gone), 0);
	assert_int_equal(count_blobs(), 4);
}

static void a_referrer_of_a_part_stays(void **state)
{
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(config) struct config *config = config_new();
	AUTO(json) json_t *package_config = json_pack("{s:s}", "version", "1.0");
	const char *const names[] = { "a:1" };
	struct package_input in[2] = {
		{ .name = "tool",
		  .architecture = "amd64",
		  .object = span_of("x"),
		  .config = config,
		  .package_config = package_config,
		  .names = names,
		  .n_names = 1 },
	};
	AUTO(str) struct str text = STR_MAX(100000);
	AUTO(oci_index) struct oci_index *index = NULL;
	char digest[OCI_DIGEST_LENGTH + 1];
	struct oci_digest top;
	struct err err = { 0 };

	config->obj_name = mem_text("tool");
	in[1] = in[0];
	in[1].architecture = "arm64";
	assert_int_equal(package_save_all(store, in, 2, digest, &err), 0);
	assert_int_equal(oci_digest_parse(digest, &top, &err), 0);
	assert_int_equal(store_read(store, &top, &text, &err), 0);
	assert_int_equal(oci_index_parse((struct span){ text.data, text.len }, "i", &index, &err),
			 0);
	attach(store, index->manifests[1].digest.text, NULL, true);
	assert_int_equal(store_prune(store, false, &freed, &err), 0);
	assert_int_equal(freed.n_blobs, 0);
	assert_int_equal(count_referrers(store, index->manifests[1].digest.text), 1);
}

static void same_input_same_digest(void **state)
{
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	char a[OCI_DIGEST_LENGTH + 1], b[OCI_DIGEST_LENGTH + 1], c[OCI_DIGEST_LENGTH + 1];

	save(store, "x", NULL, 0, a);
	save(store, "x", NULL, 0, b);
	save(store, "y", NULL, 0, c);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
}

static void resolves_names_and_digests(void **state)
{
	static const char *const names[] = { "tool", "ghcr.io/x/tool:1.0", "deadbeef" };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	char digest[OCI_DIGEST_LENGTH + 1], prefix[20], bare[20], with_name[200], at[100];
	const char *const good[] = { "tool",	 "tool:latest", "ghcr.io/x/tool:1.0",
				     "deadbeef", digest,	prefix,
				     bare,	 with_name,	at };
	static const char *const bad[] = { "tool:1.0", "ghcr.io/x/tool", "x/tool", "toolx",
					   "0000000" };

	save(store, "x", names, 3, digest);
	snprintf(prefix, sizeof(prefix), "%.14s", digest);
	snprintf(bare, sizeof(bare), "%.7s", digest + 7);
	snprintf(with_name, sizeof(with_name), "tool@%s", digest);
	snprintf(at, sizeof(at), "@%s", digest);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct err err = { 0 };
		AUTO(free) char *found = resolved(store, good[i], &err);

		if (!found)
			fail_msg("%s: %s", good[i], err.text);
		assert_string_equal(found, digest);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = { 0 };

		assert_null(resolved(store, bad[i], &err));
		assert_int_equal(err.code, EC_NOT_FOUND);
	}
}

static void hints_at_what_is_near(void **state)
{
	static const struct {
		const char *text, *hint;
	} cases[] = {
		{ "opensnoop", "the store has opensnoop:1.0" },
		{ "opensnoop:1.1", "the store has opensnoop:1.0" },
		{ "runqlat", "the store has ghcr.io/x/runqlat:latest" },
		{ "opensnop:1.0", "the store has opensnoop:1.0" },
		{ "qqqqqqqqqqq", "'epm ls' lists what is there" },
	};
	AUTO(store) struct store *store = open_store(STORE_WRITE);

	save_as(store, "x", "opensnoop:1.0");
	save_as(store, "y", "ghcr.io/x/runqlat:latest");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };

		assert_null(resolved(store, cases[i].text, &err));
		assert_string_equal(err.hint, cases[i].hint);
	}
}

static void a_name_stands_for_one_package(void **state)
{
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(store_list) struct store_list list = { 0 };
	char first[OCI_DIGEST_LENGTH + 1], second[OCI_DIGEST_LENGTH + 1];
	const char *const name = "tool";
	struct err err = { 0 };
	AUTO(free) char *found = NULL;

	save(store, "x", &name, 1, first);
	save(store, "y", &name, 1, second);
	assert_int_equal(store_list(store, &list, &err), 0);
	assert_int_equal(list.n_entries, 1);
	found = resolved(store, "tool", &err);
	assert_string_equal(found, second);
}

/* ref.name of every descriptor of the index, sorted as they stand, with a star for aliases */
static char *ref_names(void)
{
	AUTO(free) char *path = path_join(home, "index.json");
	AUTO(json) json_t *json = json_load_file(path, 0, NULL);
	struct str out = STR_MAX(4096);
	json_t *entry, *annotations;
	size_t i;

	json_array_foreach (json_object_get(json, "manifests"), i, entry) {
		annotations = json_object_get(entry, "annotations");
		str_addf(&out, "%s%s ",
			 json_string_value(json_object_get(annotations, OCI_KEY_REF_NAME)),
			 json_object_get(annotations, "dev.eunomia.store.alias") ? "*" : "");
	}
	return str_take(&out);
}

static void a_bare_tag_means_one_package_or_none(void **state)
{
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(store_target) struct store_target target = { 0 };
	static const char *const more[] = { "b:latest" };
	struct err err = { 0 };
	AUTO(free) char *names = NULL;

	save_as(store, "x", "a:1");
	names = ref_names();
	assert_string_equal(names, "a:1 1* ");
	free(names);
	save_as(store, "y", "b:1");
	names = ref_names();
	assert_string_equal(names, "a:1 b:1 ");
	assert_int_equal(store_resolve(store, "b:1", &target, &err), 0);
	assert_int_equal(store_set_names(store, &target, more, 1, &err), 0);
	free(names);
	names = ref_names();
	assert_string_equal(names, "a:1 b:1 b:latest latest* ");
}

static void removes_what_nothing_else_needs(void **state)
{
	static const char *const names[] = { "a:1", "a:2" };
	const char *const one = "a:1", *const two = "a:2";
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(str) struct str removed = STR_MAX(4096);
	char digest[OCI_DIGEST_LENGTH + 1];
	struct err err = { 0 };

	save(store, "x", names, 2, digest);
	save_as(store, "y", "b");
	assert_int_equal(count_blobs(), 6); /* config and configuration are the same */
	assert_int_equal(remove_items(store, &one, 1, false, &removed, &err), 0);
	assert_string_equal(str_text(&removed), "a:1\n");
	assert_int_equal(freed.n_blobs, 0);
	assert_int_equal(count_blobs(), 6);
	assert_int_equal(remove_items(store, &two, 1, false, &removed, &err), 0);
	assert_int_equal(freed.n_blobs, 2); /* manifest and object */
	assert_int_equal(count_blobs(), 4);
}

static void removes_all_or_nothing(void **state)
{
	static const char *const items[] = { "a", "nothing" };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(str) struct str removed = STR_MAX(4096);
	struct err err = { 0 };
	AUTO(free) char *found = NULL;

	save_as(store, "x", "a");
	assert_int_equal(remove_items(store, items, 2, false, &removed, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	assert_int_equal(removed.len, 0);
	found = resolved(store, "a", &err);
	assert_non_null(found);
}

static void a_digest_with_several_names_needs_force(void **state)
{
	static const char *const names[] = { "a", "b" };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(str) struct str removed = STR_MAX(4096);
	char digest[OCI_DIGEST_LENGTH + 1];
	const char *item = digest;
	struct err err = { 0 };

	save(store, "x", names, 2, digest);
	assert_int_equal(remove_items(store, &item, 1, false, &removed, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
	assert_int_equal(remove_items(store, &item, 1, true, &removed, &err), 0);
	assert_string_equal(str_text(&removed), "a:latest\nb:latest\n");
	assert_int_equal(count_blobs(), 0);
}

static void prunes_what_lost_its_name(void **state)
{
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	struct err err = { 0 };

	save_as(store, "x", "a");
	save_as(store, "y", "a");
	assert_int_equal(count_blobs(), 6);
	assert_int_equal(store_prune(store, true, &freed, &err), 0);
	assert_int_equal(freed.n_blobs, 2);
	assert_int_equal(count_blobs(), 6);
	assert_int_equal(store_prune(store, false, &freed, &err), 0);
	assert_int_equal(count_blobs(), 4);
	assert_int_equal(store_prune(store, false, &freed, &err), 0);
	assert_int_equal(freed.n_blobs, 0);
}

static void takes_this_machines_part_of_an_index(void **state)
{
	AUTO(config) struct config *config = config_new();
	AUTO(json) json_t *json = json_object();
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(package) struct package *package = NULL;
	AUTO(store_list) struct store_list list = { 0 };
	struct package_input in[2] = {
		{ .name = "tool", .architecture = "s390x", .object = span_of("other") },
		{ .name = "tool",
		  .architecture = package_architecture(),
		  .object = span_of("own") },
	};
	const char *const both = "both", *const foreign = "foreign";
	char digest[OCI_DIGEST_LENGTH + 1];
	struct err err = { 0 };

	in[0].names = &both;
	in[0].n_names = 1;
	for (size_t i = 0; i < 2; i++) {
		in[i].config = config;
		in[i].package_config = json;
	}
	assert_int_equal(package_save_all(store, in, 2, digest, &err), 0);
	assert_int_equal(package_load(store, "both", &package, &err), 0);
	assert_string_equal(str_text(&package->object), "own");
	assert_string_not_equal(package->digest.text, digest);
	assert_int_equal(store_list(store, &list, &err), 0);
	assert_non_null(strstr(list.entries[0].architectures, "s390x,"));
	in[0].names = &foreign;
	in[1].architecture = "sparc64";
	assert_int_equal(package_save_all(store, in, 2, digest, &err), 0);
	package_free(STEAL(package));
	assert_int_equal(package_load(store, "foreign", &package, &err), -1);
	assert_int_equal(err.code, EC_UNSUPPORTED);
	assert_non_null(strstr(err.text, "only for s390x, sparc64"));
}

static void a_large_index_gives_the_same_answers(void **state)
{
	enum { N = 600 };
	AUTO(store) struct store *store = open_store(STORE_WRITE);
	AUTO(store_list) struct store_list slow = { 0 };
	AUTO(store_list) struct store_list fast = { 0 };
	AUTO(free) char *cache = path_join(home, "index.cache");
	AUTO(free) char *before = NULL;
	AUTO(free) char *after = NULL;
	char digest[OCI_DIGEST_LENGTH + 1], *names[N];
	struct err err = { 0 };

	for (int i = 0; i < N; i++)
		names[i] = mem_printf("ghcr.io/example/tool%03d:1.%d", i, i % 5);
	save(store, "x", (const char *const *)names, N, digest);
	for (int i = 0; i < N; i++)
		free(names[i]);
	assert_int_equal(access(cache, F_OK), 0);
	assert_int_equal(store_list(store, &fast, &err), 0);
	before = resolved(store, "ghcr.io/example/tool042:1.2", &err);
	assert_int_equal(unlink(cache), 0);
	assert_int_equal(store_list(store, &slow, &err), 0);
	assert_int_equal(fast.n_entries, N);
	assert_int_equal(slow.n_entries, N);
	for (size_t i = 0; i < N; i++) {
		assert_string_equal(fast.entries[i].name, slow.entries[i].name);
		assert_string_equal(fast.entries[i].digest.text, slow.entries[i].digest.text);
		assert_string_equal(fast.entries[i].version, slow.entries[i].version);
		assert_int_equal(fast.entries[i].added, slow.entries[i].added);
		assert_int_equal(fast.entries[i].size_bytes, slow.entries[i].size_bytes);
	}
	assert_string_equal(before, digest);
	/* the cache of another index is not believed */
	save_as(store, "y", "ghcr.io/example/tool042:1.2");
	after = resolved(store, "ghcr.io/example/tool042:1.2", &err);
	assert_string_not_equal(after, digest);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(where_none_is_it_is_empty),
		TEST(gives_back_what_was_saved),
		TEST(takes_what_was_received),
		TEST(referrers_are_found),
		TEST(signatures_under_a_tag_are_kept),
		TEST(layers_under_a_tag_are_merged),
		TEST(keeps_the_index_a_name_was_chosen_from),
		TEST(referrers_go_with_their_subject),
		TEST(a_referrer_of_a_part_stays),
		TEST(same_input_same_digest),
		TEST(resolves_names_and_digests),
		TEST(hints_at_what_is_near),
		TEST(a_name_stands_for_one_package),
		TEST(a_bare_tag_means_one_package_or_none),
		TEST(removes_what_nothing_else_needs),
		TEST(removes_all_or_nothing),
		TEST(a_digest_with_several_names_needs_force),
		TEST(prunes_what_lost_its_name),
		TEST(takes_this_machines_part_of_an_index),
		TEST(a_large_index_gives_the_same_answers),
	};
	AUTO(free) char *clean = NULL;
	int rc;

	if (!mkdtemp(root))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	clean = mem_printf("rm -rf %s", root);
	return system(clean) == 0 ? rc : 1;
}
