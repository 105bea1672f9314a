// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/bundle_tree.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"

#define DEPTH_MAX 4
#define BLOBS_MAX 100000 /* of one tree, counted as often as they are named */

static int layout_read(const void *from, const struct oci_descriptor *what, struct str *out,
		       struct err *err)
{
	return oci_layout_get((struct oci_layout *)from, &what->digest, what->size_bytes, out, err);
}

static bool layout_has(const void *from, const struct oci_digest *digest, uint64_t *out_size)
{
	return oci_layout_has((struct oci_layout *)from, digest, out_size);
}

struct bundle_source bundle_of_layout(struct oci_layout *layout)
{
	return (struct bundle_source){ layout, layout_read, layout_has };
}

static int archive_read(const void *from, const struct oci_descriptor *what, struct str *out,
			struct err *err)
{
	return oci_archive_get(from, &what->digest, out, err);
}

static bool archive_has(const void *from, const struct oci_digest *digest, uint64_t *out_size)
{
	const struct oci_archive_blob *blob = oci_archive_find(from, digest);

	if (blob)
		*out_size = blob->size_bytes;
	return blob != NULL;
}

struct bundle_source bundle_of_archive(const struct oci_archive *archive)
{
	return (struct bundle_source){ archive, archive_read, archive_has };
}

void bundle_tree_done(struct bundle_tree *tree)
{
	oci_descriptor_done(&tree->root);
	str_done(&tree->text);
	free(tree->blobs);
	free(tree->title);
	free(tree->version);
	str_done(&tree->architectures);
	*tree = (struct bundle_tree){ 0 };
}

struct walk {
	const struct bundle_source *source;
	struct bundle_tree *tree;
};

/* Notes a blob that must be there. */
static int need(struct walk *walk, const struct oci_descriptor *d, struct err *err)
{
	struct bundle_tree *tree = walk->tree;
	uint64_t size;

	if (!walk->source->has(walk->source->from, &d->digest, &size))
		return err_set(err, EC_CORRUPT, "blob %s is missing", d->digest.text);
	if (size != d->size_bytes)
		return err_set(err, EC_CORRUPT,
			       "blob %s has %" PRIu64 " bytes where %" PRIu64 " were promised",
			       d->digest.text, size, d->size_bytes);
	if (tree->n_blobs >= BLOBS_MAX)
		return err_set(err, EC_CORRUPT, "%s: leads to more than %d blobs",
			       tree->root.digest.text, BLOBS_MAX);
	ARRAY_ROOM(tree->blobs, tree->n_blobs, tree->cap);
	tree->blobs[tree->n_blobs++] = (struct oci_blob_entry){ d->digest, size };
	return 0;
}

static void add_architecture(struct walk *walk, const char *name)
{
	struct str *list = &walk->tree->architectures;

	if (name && *name && !strchr(name, ','))
		str_addf(list, "%s%s", list->len ? "," : "", name);
}

/* What the configuration of a package or an image says; of other things nothing is known. */
static void read_architecture(struct walk *walk, const struct oci_descriptor *config)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_CONFIGURATION);
	AUTO(json) json_t *json = NULL;
	struct err ignored = { 0 };

	if (!text_ends(config->media_type, "json") ||
	    walk->source->read(walk->source->from, config, &text, &ignored) < 0 ||
	    js_parse(str_text(&text), text.len, "config", &json, &ignored) < 0)
		return;
	add_architecture(walk, json_string_value(json_object_get(json, "architecture")));
}

/* The root's own words. */
static void note_root(struct walk *walk, const char *artifact_type,
		      const struct oci_descriptor *subject, const json_t *annotations)
{
	struct bundle_tree *tree = walk->tree;

	free(tree->root.artifact_type);
	tree->root.artifact_type = mem_text(artifact_type);
	tree->subject = subject->digest;
	tree->title = mem_text(oci_annotation(annotations, OCI_KEY_TITLE));
	tree->version = mem_text(oci_annotation(annotations, OCI_KEY_VERSION));
}

static int walk_manifest(struct walk *walk, struct span text, const char *what, int depth,
			 struct err *err)
{
	AUTO(oci_manifest) struct oci_manifest *m = NULL;

	if (oci_manifest_parse(text, what, &m, err) < 0 || need(walk, &m->config, err) < 0)
		return -1;
	for (size_t i = 0; i < m->n_layers; i++)
		if (need(walk, &m->layers[i], err) < 0)
			return -1;
	if (depth)
		return 0;
	note_root(walk, m->artifact_type, &m->subject, m->annotations);
	read_architecture(walk, &m->config);
	return 0;
}

static int walk_below(struct walk *walk, const struct oci_descriptor *d, int depth,
		      struct err *err);

static bool is_known(const struct bundle_tree *tree, const struct oci_digest *digest)
{
	for (size_t i = 0; i < tree->n_blobs; i++)
		if (oci_digest_equal(&tree->blobs[i].digest, digest))
			return true;
	return false;
}

static int walk_index(struct walk *walk, struct span text, const char *what, int depth,
		      struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	size_t n_there = 0;
	uint64_t size;

	if (oci_index_parse(text, what, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < index->n_manifests; i++) {
		const struct oci_descriptor *below = &index->manifests[i];

		if (!walk->source->has(walk->source->from, &below->digest, &size))
			continue;
		n_there++;
		if (is_known(walk->tree, &below->digest))
			continue;
		if (walk_below(walk, below, depth + 1, err) < 0)
			return -1;
		if (!depth)
			add_architecture(walk, below->architecture);
	}
	if (index->n_manifests && !n_there)
		return err_set(err, EC_CORRUPT, "%s: none of its manifests is there", what);
	if (!depth)
		note_root(walk, index->artifact_type, &index->subject, index->annotations);
	return 0;
}

static int walk_below(struct walk *walk, const struct oci_descriptor *d, int depth, struct err *err)
{
	AUTO(str) struct str own = STR_MAX(LIMIT_MANIFEST);
	struct str *text = depth ? &own : &walk->tree->text;
	bool is_index = oci_type_is_index(d->media_type);
	struct span body;

	if (need(walk, d, err) < 0)
		return -1;
	if (!is_index && !oci_type_is_manifest(d->media_type)) {
		if (depth)
			return 0;
		return err_set(err, EC_CORRUPT, "%s is neither a manifest nor an image index",
			       d->digest.text);
	}
	if (depth > DEPTH_MAX)
		return err_set(err, EC_CORRUPT, "%s: image indexes nested too deep",
			       d->digest.text);
	if (walk->source->read(walk->source->from, d, text, err) < 0)
		return -1;
	body = (struct span){ str_text(text), text->len };
	return is_index ? walk_index(walk, body, d->digest.text, depth, err)
			: walk_manifest(walk, body, d->digest.text, depth, err);
}

static int by_digest(const void *a, const void *b)
{
	const struct oci_blob_entry *x = a, *y = b;

	return strcmp(x->digest.text, y->digest.text);
}

static void sort(struct bundle_tree *tree)
{
	size_t n = 0;

	qsort(tree->blobs, tree->n_blobs, sizeof(*tree->blobs), by_digest);
	for (size_t i = 0; i < tree->n_blobs; i++) {
		if (n && !by_digest(&tree->blobs[n - 1], &tree->blobs[i]))
			continue;
		tree->size_bytes += tree->blobs[i].size_bytes;
		tree->blobs[n++] = tree->blobs[i];
	}
	tree->n_blobs = n;
}

int bundle_tree_read(const struct bundle_source *source, const struct oci_descriptor *root,
		     struct bundle_tree *out, struct err *err)
{
	AUTO(bundle_tree)
	struct bundle_tree tree = {
		.text = STR_MAX(LIMIT_MANIFEST),
		.architectures = STR_MAX(LIMIT_TEXT),
		.root = { .media_type = mem_text(root->media_type),
			  .digest = root->digest,
			  .size_bytes = root->size_bytes },
	};
	struct walk walk = { source, &tree };

	if (walk_below(&walk, root, 0, err) < 0)
		return -1;
	sort(&tree);
	bundle_tree_done(out);
	*out = tree;
	tree = (struct bundle_tree){ 0 };
	return 0;
}

bool bundle_tree_has(const struct bundle_tree *tree, const struct oci_digest *digest)
{
	const struct oci_blob_entry key = { .digest = *digest };

	return tree->n_blobs && bsearch(&key, tree->blobs, tree->n_blobs, sizeof(key), by_digest);
}
