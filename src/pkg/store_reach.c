// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/store_reach.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "pkg/store_index.h"

#define DEPTH_MAX 4 /* an index of indexes of manifests is more than anybody makes */

void store_reach_done(struct store_reach *reach)
{
	free(reach->digests);
	*reach = (struct store_reach){ 0 };
}

static void add(struct store_reach *reach, const struct oci_digest *digest)
{
	ARRAY_ROOM(reach->digests, reach->n_digests, reach->cap);
	reach->digests[reach->n_digests++] = *digest;
}

static int add_below(struct store *store, const struct oci_descriptor *descriptor,
		     struct store_reach *reach, int depth, struct err *err);

static int add_manifest(struct span text, const char *what, struct store_reach *reach,
			struct err *err)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = NULL;

	if (oci_manifest_parse(text, what, &manifest, err) < 0)
		return -1;
	add(reach, &manifest->config.digest);
	for (size_t i = 0; i < manifest->n_layers; i++)
		add(reach, &manifest->layers[i].digest);
	return 0;
}

static int add_index(struct store *store, struct span text, const char *what,
		     struct store_reach *reach, int depth, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	struct err first = { 0 };

	if (oci_index_parse(text, what, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < index->n_manifests; i++)
		if (add_below(store, &index->manifests[i], reach, depth + 1, err) < 0 &&
		    !first.code)
			first = *err;
	if (!first.code)
		return 0;
	*err = first;
	return -1;
}

static int add_below(struct store *store, const struct oci_descriptor *descriptor,
		     struct store_reach *reach, int depth, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);
	const char *what = descriptor->digest.text;
	bool is_index = oci_type_is_index(descriptor->media_type);
	struct span body;

	add(reach, &descriptor->digest);
	if (!is_index && !oci_type_is_manifest(descriptor->media_type))
		return 0;
	if (depth > DEPTH_MAX)
		return err_set(err, EC_CORRUPT, "%s: image indexes nested too deep", what);
	if (oci_layout_get(store->layout, &descriptor->digest, descriptor->size_bytes, &text, err) <
	    0)
		return -1;
	body = (struct span){ str_text(&text), text.len };
	return is_index ? add_index(store, body, what, reach, depth, err)
			: add_manifest(body, what, reach, err);
}

int store_reach_add(struct store *store, const struct oci_descriptor *descriptor,
		    struct store_reach *reach, struct err *err)
{
	return add_below(store, descriptor, reach, 0, err);
}

int store_reach_entry(struct store *store, const struct oci_descriptor *entry,
		      struct store_reach *reach, struct err *err)
{
	struct oci_digest root;

	if (store_entry_root(entry, &root))
		add(reach, &root);
	return store_reach_add(store, entry, reach, err);
}

static int by_digest(const void *a, const void *b)
{
	const struct oci_digest *x = a, *y = b;

	return strcmp(x->text, y->text);
}

void store_reach_end(struct store_reach *reach)
{
	if (reach->n_digests)
		qsort(reach->digests, reach->n_digests, sizeof(*reach->digests), by_digest);
}

bool store_reach_has(const struct store_reach *reach, const struct oci_digest *digest)
{
	return reach->n_digests && bsearch(digest, reach->digests, reach->n_digests,
					   sizeof(*reach->digests), by_digest);
}

bool store_is_complete(struct store *store, const struct store_target *target)
{
	AUTO(store_reach) struct store_reach reach = { 0 };
	struct oci_descriptor top = { .media_type = target->media_type,
				      .digest = target->digest,
				      .size_bytes = target->size_bytes };
	struct err err = { 0 };
	uint64_t size;

	if (store_reach_add(store, &top, &reach, &err) < 0)
		return false;
	for (size_t i = 0; i < reach.n_digests; i++)
		if (!oci_layout_has(store->layout, &reach.digests[i], &size))
			return false;
	return true;
}
