// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <inttypes.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "oci/mediatype.h"
#include "oci/referrers.h"
#include "pkg/store_index.h"
#include "pkg/store_reach.h"
#include "pkg/store_tagged.h"

/* The index under the lock. */
static int begin(struct store *store, struct oci_index **out, struct err *err)
{
	if (!store->layout)
		return err_set(err, EC_NOT_FOUND, "there is no store at %s", store->home);
	if (oci_layout_lock(store->layout, err) < 0)
		return -1;
	if (store_index_read(store, out, NULL, err) == 0)
		return 0;
	oci_layout_unlock(store->layout);
	return -1;
}

/* i is one of its entries */
static void delete_entry(struct oci_index *index, size_t i)
{
	if (!index->manifests)
		return;
	oci_descriptor_done(&index->manifests[i]);
	index->n_manifests--;
	for (; i < index->n_manifests; i++)
		index->manifests[i] = index->manifests[i + 1];
}

/* Whether a name could be made of this text: a tag is all that may be added. */
static bool may_be(const char *text, const char *name)
{
	return text && text_starts(name, text);
}

/* Reading a name is slow: an index with thousands is looked through once for each that is set. */
static bool has_name(const struct oci_descriptor *entry, const char *name)
{
	AUTO(free) char *own = NULL;

	if (!may_be(oci_annotation(entry->annotations, OCI_KEY_CONTAINERD_NAME), name) &&
	    !may_be(oci_annotation(entry->annotations, OCI_KEY_REF_NAME), name))
		return false;
	own = store_entry_name(entry);
	return own && !strcmp(own, name);
}

static bool is_nameless(const struct oci_descriptor *entry, const struct oci_digest *digest)
{
	AUTO(free) char *own = NULL;

	if (!oci_digest_equal(&entry->digest, digest) || store_entry_is_alias(entry) ||
	    store_entry_tag(entry))
		return false;
	own = store_entry_name(entry);
	return !own;
}

/* Whoever had the name loses it; an entry of this digest without a name is not needed any more. */
static void make_way(struct oci_index *index, const struct oci_digest *digest, const char *name)
{
	if (!index->manifests)
		return;
	for (size_t i = index->n_manifests; i-- > 0;)
		if ((name && has_name(&index->manifests[i], name)) ||
		    is_nameless(&index->manifests[i], digest))
			delete_entry(index, i);
}

static void set_name(struct oci_index *index, const struct oci_descriptor *model, const char *name)
{
	struct oci_descriptor *entry;

	make_way(index, &model->digest, name);
	entry = oci_index_add(index);
	store_entry_copy(model, entry);
	store_entry_set_name(entry, name);
}

/* An entry of this digest that is neither an alias nor found by a tag; NULL: none. */
static const struct oci_descriptor *find_entry(const struct oci_index *index,
					       const struct oci_digest *digest)
{
	for (size_t i = 0; i < index->n_manifests; i++)
		if (oci_digest_equal(&index->manifests[i].digest, digest) &&
		    !store_entry_is_alias(&index->manifests[i]) &&
		    !store_entry_tag(&index->manifests[i]))
			return &index->manifests[i];
	return NULL;
}

static void annotate_size(json_t *annotations, uint64_t size_bytes)
{
	AUTO(free) char *text = mem_printf("%" PRIu64, size_bytes);

	js_set_text(annotations, STORE_KEY_SIZE, text);
}

static void annotate_added(json_t *annotations)
{
	AUTO(free) char *text = clock_rfc3339(clock_wall());

	js_set_text(annotations, STORE_KEY_ADDED, text);
}

/* The entry of a new package, without a name. */
static void make_model(const struct store_item *item, struct oci_descriptor *out)
{
	oci_descriptor_of(out, item->media_type, item->manifest.data, item->manifest.len);
	out->artifact_type = mem_text(item->artifact_type);
	if (item->architectures && !strchr(item->architectures, ',')) {
		out->os = mem_text("linux");
		out->architecture = mem_text(item->architectures);
	}
	out->annotations = json_object();
	annotate_added(out->annotations);
	annotate_size(out->annotations, item->size_bytes);
	js_set_text(out->annotations, STORE_KEY_ARCH, item->architectures);
	js_set_text(out->annotations, OCI_KEY_VERSION, item->version);
	if (item->subject)
		js_set_text(out->annotations, STORE_KEY_SUBJECT, item->subject->text);
}

/* Where it comes from now, whatever was known of it before. */
static void annotate_origin(const struct store_item *item, json_t *annotations)
{
	json_object_del(annotations, STORE_KEY_ORIGIN);
	json_object_del(annotations, STORE_KEY_ROOT);
	js_set_text(annotations, STORE_KEY_ORIGIN, item->origin);
	js_set_text(annotations, STORE_KEY_ROOT, item->root ? item->root->text : NULL);
}

static int put_blob(struct store *store, const struct store_blob *blob, struct err *err)
{
	struct oci_digest found;
	uint64_t size;

	if (blob->written)
		return oci_blob_commit(blob->written, &blob->digest, UINT64_MAX, &found, err);
	if (!blob->is_present)
		return oci_layout_put(store->layout, &blob->digest, blob->data.data, blob->data.len,
				      err);
	if (oci_layout_has(store->layout, &blob->digest, &size))
		return 0;
	return err_set(err, EC_NOT_FOUND, "blob %s has gone from %s meanwhile", blob->digest.text,
		       store->home);
}

static int put_blobs(struct store *store, const struct store_blob *blobs, size_t n_blobs,
		     struct err *err)
{
	for (size_t i = 0; i < n_blobs; i++)
		if (put_blob(store, &blobs[i], err) < 0)
			return -1;
	return 0;
}

/* Its blobs first, the manifest last. */
static int put_item(struct store *store, const struct store_item *item, struct err *err)
{
	struct oci_digest digest;

	oci_digest_of(item->manifest.data, item->manifest.len, &digest);
	if (put_blobs(store, item->blobs, item->n_blobs, err) < 0)
		return -1;
	return oci_layout_put(store->layout, &digest, item->manifest.data, item->manifest.len, err);
}

/* Whoever had the tag loses it. */
static void tag_item(struct oci_index *index, const struct store_item *item)
{
	AUTO(free) char *tag = oci_referrers_tag(item->subject, item->suffix);
	struct oci_descriptor *entry;

	for (size_t i = index->n_manifests; i-- > 0;) {
		const char *own = store_entry_tag(&index->manifests[i]);

		if (own && !strcmp(own, tag))
			delete_entry(index, i);
	}
	entry = oci_index_add(index);
	make_model(item, entry);
	js_set_text(entry->annotations, OCI_KEY_REF_NAME, tag);
}

/* Signatures of others that are there stay, in a manifest with all of them. */
static int merge_item(struct store *store, struct oci_index *index, const struct store_item *item,
		      struct err *err)
{
	AUTO(str) struct str merged = STR_MAX(0);
	struct store_item with_all = *item;

	if (store_tagged_merge(store, index, item, &merged, err) < 0)
		return -1;
	if (merged.len) {
		with_all.manifest = (struct span){ str_text(&merged), merged.len };
		with_all.media_type = OCI_TYPE_MANIFEST;
	}
	tag_item(index, &with_all);
	return 0;
}

static void name_item(struct oci_index *index, const struct store_item *item)
{
	AUTO(oci_descriptor) struct oci_descriptor model = { 0 };
	const struct oci_descriptor *known;

	make_model(item, &model);
	known = find_entry(index, &model.digest);
	if (known) { /* age and the rest are those of the first time */
		oci_descriptor_done(&model);
		store_entry_copy(known, &model);
	}
	if (item->n_names)
		annotate_origin(item, model.annotations);
	for (size_t i = 0; i < item->n_names; i++)
		set_name(index, &model, item->names[i]);
	if (!item->n_names && !known)
		set_name(index, &model, NULL);
}

static int add_locked(struct store *store, const struct store_item *items, size_t n_items,
		      struct oci_index *index, struct err *err)
{
	for (size_t i = 0; i < n_items; i++)
		if (put_item(store, &items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < n_items; i++)
		if (items[i].suffix && merge_item(store, index, &items[i], err) < 0)
			return -1;
	if (oci_layout_sync(store->layout, err) < 0)
		return -1;
	for (size_t i = 0; i < n_items; i++)
		if (!items[i].suffix)
			name_item(index, &items[i]);
	return store_index_write(store, index, err);
}

int store_add_all(struct store *store, const struct store_item *items, size_t n_items,
		  const struct store_blob *blobs, size_t n_blobs, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	int rc;

	if (begin(store, &index, err) < 0)
		return -1;
	rc = put_blobs(store, blobs, n_blobs, err);
	if (rc == 0)
		rc = add_locked(store, items, n_items, index, err);
	oci_layout_unlock(store->layout);
	return rc;
}

int store_add(struct store *store, const struct store_item *item, struct err *err)
{
	return store_add_all(store, item, 1, NULL, 0, err);
}

/* What a listing shows of a manifest that came into the index by its digest only. */
static int describe(struct store *store, const struct store_target *target,
		    struct oci_descriptor *out, struct err *err)
{
	AUTO(store_reach) struct store_reach reach = { 0 };
	uint64_t size, total = 0;

	*out = (struct oci_descriptor){
		.media_type = mem_text(target->media_type),
		.digest = target->digest,
		.size_bytes = target->size_bytes,
		.annotations = json_object(),
	};
	if (store_reach_add(store, out, &reach, err) < 0)
		return -1;
	for (size_t i = 0; i < reach.n_digests; i++)
		if (oci_layout_has(store->layout, &reach.digests[i], &size))
			total += size;
	annotate_added(out->annotations);
	annotate_size(out->annotations, total);
	return 0;
}

static int set_names_locked(struct store *store, const struct store_target *target,
			    const char *const *names, size_t n_names, struct oci_index *index,
			    struct err *err)
{
	AUTO(oci_descriptor) struct oci_descriptor model = { 0 };
	const struct oci_descriptor *known = find_entry(index, &target->digest);
	uint64_t size;

	if (!oci_layout_has(store->layout, &target->digest, &size))
		return err_set(err, EC_NOT_FOUND, "blob %s is missing from %s", target->digest.text,
			       store->home);
	if (known)
		store_entry_copy(known, &model);
	else if (describe(store, target, &model, err) < 0)
		return -1;
	for (size_t i = 0; i < n_names; i++)
		set_name(index, &model, names[i]);
	return store_index_write(store, index, err);
}

int store_set_names(struct store *store, const struct store_target *target,
		    const char *const *names, size_t n_names, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	int rc;

	if (begin(store, &index, err) < 0)
		return -1;
	rc = set_names_locked(store, target, names, n_names, index, err);
	oci_layout_unlock(store->layout);
	return rc;
}
