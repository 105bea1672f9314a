// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "oci/mediatype.h"
#include "pkg/bundle.h"
#include "pkg/bundle_tree.h"
#include "pkg/store_index.h"
#include "pkg/store_reach.h"

/* A bundle while it is put together. */
struct saving {
	struct store *store;
	struct bundle_source source;
	struct oci_index *index;
	struct store_reach blobs;
	struct bundle_report *report;
};

static void add_blobs(struct saving *s, const struct bundle_tree *tree)
{
	struct store_reach *blobs = &s->blobs;

	for (size_t i = 0; i < tree->n_blobs; i++) {
		if (store_reach_has(&s->blobs, &tree->blobs[i].digest))
			continue;
		s->report->n_blobs++;
		s->report->bytes += tree->blobs[i].size_bytes;
	}
	for (size_t i = 0; i < tree->n_blobs; i++) {
		ARRAY_ROOM(blobs->digests, blobs->n_digests, blobs->cap);
		blobs->digests[blobs->n_digests++] = tree->blobs[i].digest;
	}
	store_reach_end(blobs);
}

/* The entry of a tree: nothing but what its content says, so that it is always the same. */
static struct oci_descriptor *add_entry(struct saving *s, const struct bundle_tree *tree)
{
	struct oci_descriptor *entry = oci_index_add(s->index);

	store_entry_copy(&tree->root, entry);
	return entry;
}

static bool has_tag(const struct saving *s, const char *tag)
{
	for (size_t i = 0; i < s->index->n_manifests; i++) {
		const char *own = store_entry_tag(&s->index->manifests[i]);

		if (own && !strcmp(own, tag))
			return true;
	}
	return false;
}

static bool has_entry(const struct saving *s, const struct oci_digest *digest, const char *name)
{
	for (size_t i = 0; i < s->index->n_manifests; i++) {
		AUTO(free) char *own = store_entry_name(&s->index->manifests[i]);

		if (oci_digest_equal(&s->index->manifests[i].digest, digest) &&
		    (!name || (own && !strcmp(own, name))))
			return true;
	}
	return false;
}

/* The image index it was chosen from goes along: it may be all that was signed. */
static void add_root(struct saving *s, const struct oci_digest *root, struct oci_descriptor *entry)
{
	struct oci_blob_entry blob = { .digest = *root };
	const struct bundle_tree tree = { .blobs = &blob, .n_blobs = 1 };

	if (!root->text[0] || !oci_layout_has(store_layout(s->store), root, &blob.size_bytes))
		return;
	js_set_text(entry->annotations, STORE_KEY_ROOT, root->text);
	add_blobs(s, &tree);
}

static int add_reference(struct saving *s, const char *text, struct err *err)
{
	AUTO(store_target) struct store_target target = { 0 };
	AUTO(bundle_tree) struct bundle_tree tree = { 0 };
	struct oci_descriptor root, *entry;

	if (store_resolve(s->store, text, &target, err) < 0)
		return -1;
	if (has_entry(s, &target.digest, target.name))
		return 0;
	root = (struct oci_descriptor){ .media_type = target.media_type,
					.digest = target.digest,
					.size_bytes = target.size_bytes };
	if (bundle_tree_read(&s->source, &root, &tree, err) < 0) {
		err_hint(err, "build or pull it again; 'epm fsck' checks the whole store");
		return err_wrap(err, "%s", target.name ? target.name : text);
	}
	entry = add_entry(s, &tree);
	store_entry_set_name(entry, target.name);
	add_root(s, &target.root, entry);
	add_blobs(s, &tree);
	bundle_report_add(s->report, target.name, &tree);
	return 0;
}

/*
 * One that refers to what is in the bundle already. What it really refers to, its manifest says, or
 * the tag it is found by: other tools know it by that as well.
 */
static int add_referrer(struct saving *s, const struct store_entry *found, struct err *err)
{
	AUTO(bundle_tree) struct bundle_tree tree = { 0 };
	const struct oci_descriptor root = { .media_type = found->media_type,
					     .digest = found->digest,
					     .size_bytes = found->manifest_bytes };

	if (bundle_tree_read(&s->source, &root, &tree, err) < 0)
		return err_wrap(err, "a referrer of %s", found->subject.text);
	if (found->tag)
		js_set_text(add_entry(s, &tree)->annotations, OCI_KEY_REF_NAME, found->tag);
	else if (oci_digest_equal(&tree.subject, &found->subject))
		js_set_text(add_entry(s, &tree)->annotations, STORE_KEY_SUBJECT,
			    found->subject.text);
	else
		return 0;
	add_blobs(s, &tree);
	s->report->n_referrers++;
	return 0;
}

/* Until there are no more, since there may be referrers of referrers. */
static int add_referrers(struct saving *s, struct err *err)
{
	AUTO(store_list) struct store_list list = { 0 };
	size_t n_before;

	if (store_list(s->store, &list, err) < 0)
		return -1;
	do {
		n_before = s->index->n_manifests;
		for (size_t i = 0; i < list.n_entries; i++) {
			const struct store_entry *entry = &list.entries[i];

			if (!entry->subject.text[0] ||
			    !store_reach_has(&s->blobs, &entry->subject) ||
			    (entry->tag ? has_tag(s, entry->tag)
					: has_entry(s, &entry->digest, NULL)))
				continue;
			if (add_referrer(s, entry, err) < 0)
				return -1;
		}
	} while (s->index->n_manifests > n_before);
	return 0;
}

static int by_name_then_digest(const void *a, const void *b)
{
	const struct oci_descriptor *x = a, *y = b;
	const char *p = oci_annotation(x->annotations, OCI_KEY_CONTAINERD_NAME);
	const char *q = oci_annotation(y->annotations, OCI_KEY_CONTAINERD_NAME);

	if (!p != !q)
		return p ? -1 : 1;
	return p && strcmp(p, q) != 0 ? strcmp(p, q) : strcmp(x->digest.text, y->digest.text);
}

static int write_archive(struct saving *s, const char *path, struct err *err)
{
	AUTO(free) char *text = NULL;

	qsort(s->index->manifests, s->index->n_manifests, sizeof(*s->index->manifests),
	      by_name_then_digest);
	bundle_report_sort(s->report);
	store_index_add_aliases(s->index);
	text = oci_index_dump(s->index);
	return oci_archive_write(path, store_layout(s->store), s->blobs.digests, s->blobs.n_digests,
				 span_of(text), err);
}

static int save(struct saving *s, const char *const *refs, size_t n_refs, const char *path,
		struct err *err)
{
	for (size_t i = 0; i < n_refs; i++)
		if (add_reference(s, refs[i], err) < 0)
			return -1;
	if (add_referrers(s, err) < 0)
		return -1;
	return write_archive(s, path, err);
}

int bundle_save(struct store *store, const char *const *refs, size_t n_refs, const char *path,
		struct bundle_report *out, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = mem_alloc(sizeof(*index));
	AUTO(bundle_report) struct bundle_report report = { 0 };
	struct saving s = { .store = store,
			    .source = bundle_of_layout(store_layout(store)),
			    .index = index,
			    .report = &report };
	int rc = save(&s, refs, n_refs, path, err);

	store_reach_done(&s.blobs);
	if (rc < 0)
		return -1;
	*out = report;
	report = (struct bundle_report){ 0 };
	return 0;
}
