// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/log.h"
#include "oci/reference.h"
#include "pkg/store_index.h"
#include "pkg/store_reach.h"

/* Taking names away, and what no name leads to. */

static int begin(struct store *store, struct oci_index **out, struct err *err)
{
	if (!store->layout)
		return err_set(err, EC_NOT_FOUND, "the store %s is empty", store->home);
	if (oci_layout_lock(store->layout, err) < 0)
		return -1;
	if (store_index_read(store, out, NULL, err) < 0)
		return -1;
	store_index_adopt(store, *out);
	return 0;
}

/* How many names a digest has. */
static size_t count_names(const struct oci_index *index, const struct oci_digest *digest)
{
	size_t n = 0;

	for (size_t i = 0; i < index->n_manifests; i++) {
		AUTO(free) char *name = NULL;

		if (!oci_digest_equal(&index->manifests[i].digest, digest))
			continue;
		name = store_entry_name(&index->manifests[i]);
		n += name != NULL;
	}
	return n;
}

/* Whether the text is the target's name; otherwise the person gave (the beginning of) a digest. */
static bool is_named(const char *text, const struct store_target *target)
{
	AUTO(free) char *name = NULL;
	struct err ignored = { 0 };

	return target->name && store_name(text, &name, &ignored) == 0 &&
	       !strcmp(name, target->name);
}

struct marks {
	bool *is_marked;   /* for each entry of the index: it goes */
	bool *is_follower; /* it refers to what goes, and goes too */
	struct oci_index *index;
	const struct store_removal *removal;
};

static void marks_done(struct marks *marks)
{
	free(marks->is_marked);
	free(marks->is_follower);
}

AUTO_STRUCT(marks, struct marks, marks_done);

static int mark(struct store *store, const char *text, struct marks *marks, struct err *err)
{
	AUTO(store_target) struct store_target target = { 0 };
	bool by_name, is_found = false;

	if (store_resolve(store, text, &target, err) < 0)
		return -1;
	by_name = is_named(text, &target);
	if (!by_name && !marks->removal->is_forced &&
	    count_names(marks->index, &target.digest) > 1) {
		err_set(err, EC_USAGE, "%s has several names", target.digest.text);
		return err_hint(err, "name one of them, or --force for all");
	}
	for (size_t i = 0; i < marks->index->n_manifests; i++) {
		const struct oci_descriptor *entry = &marks->index->manifests[i];
		AUTO(free) char *name = store_entry_name(entry);

		if (store_entry_is_alias(entry) ||
		    (by_name ? !name || strcmp(name, target.name) != 0
			     : !oci_digest_equal(&entry->digest, &target.digest)))
			continue;
		marks->is_marked[i] = true;
		is_found = true;
	}
	if (!is_found)
		return err_set(err, EC_NOT_FOUND,
			       "%s has no entry in the index; 'epm prune' "
			       "deletes what nothing leads to",
			       text);
	return 0;
}

/* The rest of the index, and apart what goes. */
static void split(struct marks *marks, struct oci_index *gone, size_t *n_names)
{
	struct oci_index *index = marks->index;
	size_t n = 0;

	for (size_t i = 0; i < index->n_manifests; i++) {
		struct oci_descriptor *entry = &index->manifests[i];
		AUTO(free) char *name = NULL;

		if (!marks->is_marked[i] && !marks->is_follower[i]) {
			index->manifests[n++] = *entry;
			continue;
		}
		name = store_entry_name(entry);
		if (marks->is_marked[i])
			str_addf(marks->removal->removed, "%s\n", name ? name : entry->digest.text);
		*n_names += name != NULL;
		*oci_index_add(gone) = *entry;
	}
	index->n_manifests = n;
}

static int delete_blob(struct store *store, const struct oci_digest *digest, bool is_dry,
		       struct store_freed *freed, struct err *err)
{
	uint64_t size = 0;

	if (!oci_layout_has(store->layout, digest, &size))
		return 0;
	if (!is_dry && oci_layout_delete(store->layout, digest, err) < 0)
		return -1;
	freed->n_blobs++;
	freed->bytes += size;
	return 0;
}

/*
 * Which referrers lose what they refer to by this; those that had lost it before are for prune. keep
 * takes what the rest leads to. A damaged manifest among those that stay may lead to anything.
 */
static int find_followers(struct store *store, struct marks *marks, struct store_reach *keep,
			  struct err *err)
{
	size_t n = marks->index->n_manifests;
	AUTO(free) bool *before = mem_array(n + 1, sizeof(bool));
	AUTO(free) bool *after = mem_array(n + 1, sizeof(bool));
	AUTO(store_reach) struct store_reach all = { 0 };
	struct err damage = { 0 };

	if (store_reach_index(store, marks->index, NULL, before, &all, &damage) < 0)
		log_trace(TRACE_store, "%s", damage.text); /* it may be what is removed */
	if (store_reach_index(store, marks->index, marks->is_marked, after, keep, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		marks->is_follower[i] = after[i] && !before[i];
	/* those that nothing kept before keep their blobs until prune */
	for (size_t i = 0; i < n; i++)
		if (after[i] && before[i] &&
		    store_reach_entry(store, &marks->index->manifests[i], keep, &damage) < 0)
			log_trace(TRACE_store, "%s", damage.text);
	store_reach_end(keep);
	return 0;
}

/* The names are gone already. */
static int collect(struct store *store, const struct store_reach *keep,
		   const struct oci_index *gone, struct store_freed *freed, struct err *err)
{
	AUTO(store_reach) struct store_reach old = { 0 };
	struct err damage = { 0 };

	for (size_t i = 0; i < gone->n_manifests; i++)
		if (store_reach_entry(store, &gone->manifests[i], &old, &damage) < 0)
			log_trace(TRACE_store, "%s", damage.text);
	for (size_t i = 0; i < old.n_digests; i++)
		if (!store_reach_has(keep, &old.digests[i]) &&
		    delete_blob(store, &old.digests[i], false, freed, err) < 0)
			return -1;
	return 0;
}

static int remove_locked(struct store *store, struct oci_index *index,
			 const struct store_removal *removal, struct store_freed *freed,
			 struct err *err)
{
	AUTO(marks)
	struct marks marks = {
		.is_marked = mem_array(index->n_manifests + 1, sizeof(bool)),
		.is_follower = mem_array(index->n_manifests + 1, sizeof(bool)),
		.index = index,
		.removal = removal,
	};
	AUTO(oci_index) struct oci_index *gone = mem_alloc(sizeof(*gone));
	AUTO(store_reach) struct store_reach keep = { 0 };
	struct err damage = { 0 };

	for (size_t i = 0; i < removal->n_items; i++)
		if (mark(store, removal->items[i], &marks, err) < 0)
			return -1;
	if (find_followers(store, &marks, &keep, &damage) < 0)
		log_warn("no blobs are deleted: %s", damage.text);
	split(&marks, gone, &freed->n_names);
	if (store_index_write(store, index, err) < 0)
		return -1;
	return damage.code ? 0 : collect(store, &keep, gone, freed, err);
}

int store_remove(struct store *store, const struct store_removal *removal, struct store_freed *out,
		 struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	struct store_freed freed = { 0 };
	int rc = begin(store, &index, err);

	if (rc == 0)
		rc = remove_locked(store, index, removal, &freed, err);
	if (store->layout)
		oci_layout_unlock(store->layout);
	if (rc == 0)
		*out = freed;
	return rc;
}

/* Take out what nothing keeps; the index is written only if that is something. */
static int drop_orphans(struct store *store, struct oci_index *index, const bool *is_orphan,
			struct err *err)
{
	size_t n = 0, n_before = index->n_manifests;

	for (size_t i = 0; i < n_before; i++) {
		if (is_orphan[i])
			oci_descriptor_done(&index->manifests[i]);
		else
			index->manifests[n++] = index->manifests[i];
	}
	index->n_manifests = n;
	return n == n_before ? 0 : store_index_write(store, index, err);
}

static int prune_locked(struct store *store, struct oci_index *index, bool is_dry,
			struct store_freed *freed, struct err *err)
{
	AUTO(free) bool *is_orphan = mem_array(index->n_manifests + 1, sizeof(bool));
	AUTO(oci_blob_list) struct oci_blob_list blobs = { 0 };
	AUTO(store_reach) struct store_reach keep = { 0 };

	if (store_reach_index(store, index, NULL, is_orphan, &keep, err) < 0) {
		if (err->code == EC_NOT_FOUND)
			err->code = EC_CORRUPT; /* the index promises it */
		err_wrap(err, "nothing was deleted");
		return err_hint(err,
				"remove the damaged package ('epm rm') or bring it back first");
	}
	if (!is_dry && drop_orphans(store, index, is_orphan, err) < 0)
		return -1;
	if (oci_layout_list(store->layout, &blobs, err) < 0)
		return -1;
	for (size_t i = 0; i < blobs.n_blobs; i++)
		if (!store_reach_has(&keep, &blobs.blobs[i].digest) &&
		    delete_blob(store, &blobs.blobs[i].digest, is_dry, freed, err) < 0)
			return -1;
	return oci_layout_sweep(store->layout, is_dry, &freed->n_blobs, &freed->bytes, err);
}

int store_prune(struct store *store, bool is_dry, struct store_freed *out, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	struct store_freed freed = { 0 };
	int rc;

	if (!store->layout) {
		*out = freed;
		return 0;
	}
	rc = begin(store, &index, err);
	if (rc == 0)
		rc = prune_locked(store, index, is_dry, &freed, err);
	oci_layout_unlock(store->layout);
	if (rc == 0)
		*out = freed;
	return rc;
}
