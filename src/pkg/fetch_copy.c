// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "oci/archive.h"
#include "oci/layout_names.h"
#include "oci/mediatype.h"
#include "oci/referrers.h"
#include "oci/tagged.h"
#include "pkg/copy.h"
#include "pkg/fetch_priv.h"
#include "pkg/scratch.h"

/* One of the two ends. */
struct end {
	const char *text; /* as it was typed */
	struct copy_place place;
	struct fetch_target target; /* of a registry */
	struct store *store;	    /* the store, or another layout read as one; borrowed or own */
	struct store *own_store;
	struct oci_layout *layout; /* borrowed or own */
	struct oci_layout *own_layout;
	struct scratch scratch; /* of an archive */
	struct oci_repository *repository;
};

struct copying {
	const struct fetch *fetch;
	struct store *store;
	struct end from, to;
	struct remote remote; /* of a registry it goes to */
	struct scratch spool;
};

static void end_done(struct end *end)
{
	copy_place_done(&end->place);
	fetch_target_done(&end->target);
	store_close(end->own_store);
	oci_layout_close(end->own_layout);
	scratch_done(&end->scratch);
}

static void copying_done(struct copying *copying)
{
	end_done(&copying->from);
	end_done(&copying->to);
	remote_done(&copying->remote);
	scratch_done(&copying->spool);
}

AUTO_STRUCT(copying, struct copying, copying_done);

static int open_layout_source(struct end *end, struct err *err)
{
	if (store_open(end->place.path, STORE_READ, &end->own_store, err) < 0)
		return -1;
	end->store = end->own_store;
	end->layout = store_layout(end->store);
	if (!end->layout)
		return err_set(err, EC_NOT_FOUND, "there is no image layout at %s",
			       end->place.path);
	return 0;
}

static int commit(struct oci_layout *layout, const struct oci_archive *archive, struct err *err)
{
	struct oci_digest digest;

	for (size_t i = 0; i < archive->n_blobs; i++)
		if (oci_blob_commit(archive->blobs[i].written, &archive->blobs[i].digest,
				    archive->blobs[i].size_bytes, &digest, err) < 0)
			return -1;
	return oci_layout_replace_index(layout, str_text(&archive->index_json),
					archive->index_json.len, err);
}

static int open_archive_source(struct copying *copying, struct end *end, struct err *err)
{
	AUTO(oci_archive) struct oci_archive *archive = NULL;
	int rc;

	if (scratch_open(copying->fetch->home, &end->scratch, err) < 0)
		return -1;
	end->store = end->scratch.store;
	end->layout = store_layout(end->store);
	if (oci_archive_read(end->place.path, end->layout, &archive, err) < 0 ||
	    oci_layout_lock(end->layout, err) < 0)
		return -1;
	rc = commit(end->layout, archive, err);
	oci_layout_unlock(end->layout);
	return rc;
}

static int open_repository(struct copying *copying, struct end *end, const char *actions,
			   const char *other, struct err *err)
{
	struct oci_access access = { end->target.home->registry, end->target.home->repository,
				     actions, other };

	return oci_repository_open(copying->fetch->client, &access, &end->repository, err);
}

/* What is in a layout under the name that was given. */
static int read_named(struct end *end, struct oci_document *root, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	const struct oci_descriptor *entry;

	if (oci_layout_index(end->layout, &index, err) < 0 ||
	    oci_layout_find(index, end->place.name, &entry, err) < 0)
		return err_wrap(err, "%s", end->place.path);
	return oci_layout_document(end->layout, &entry->digest, entry->size_bytes, root, err);
}

static int read_stored(struct end *end, struct oci_document *root, struct err *err)
{
	AUTO(store_target) struct store_target target = { 0 };

	if (store_resolve(end->store, end->place.name, &target, err) < 0)
		return -1;
	return oci_layout_document(end->layout, &target.digest, target.size_bytes, root, err);
}

static int open_store_source(struct copying *copying, struct end *end, struct err *err)
{
	end->store = copying->store;
	end->layout = store_layout(copying->store);
	if (!end->layout)
		return err_set(err, EC_NOT_FOUND, "the store is empty");
	return 0;
}

static int read_root(struct copying *copying, struct oci_document *root, struct err *err)
{
	struct end *from = &copying->from;
	bool is_same = false;

	switch (from->place.kind) {
	case COPY_REGISTRY:
		return oci_manifest_get(from->repository, from->target.what, NULL, root, &is_same,
					err);
	case COPY_STORE:
		return open_store_source(copying, from, err) < 0 ? -1
								 : read_stored(from, root, err);
	case COPY_LAYOUT:
		return open_layout_source(from, err) < 0 ? -1 : read_named(from, root, err);
	case COPY_ARCHIVE:
		return open_archive_source(copying, from, err) < 0 ? -1
								   : read_named(from, root, err);
	}
	return -1;
}

static int open_target(struct copying *copying, struct err *err)
{
	struct end *to = &copying->to;

	switch (to->place.kind) {
	case COPY_REGISTRY:
		return 0;
	case COPY_STORE:
		to->store = copying->store;
		to->layout = store_layout(copying->store);
		return 0;
	case COPY_LAYOUT:
		if (oci_layout_open(to->place.path, true, &to->own_layout, err) < 0)
			return -1;
		to->layout = to->own_layout;
		return 0;
	case COPY_ARCHIVE:
		if (scratch_open(copying->fetch->home, &to->scratch, err) < 0)
			return -1;
		to->layout = store_layout(to->scratch.store);
		return 0;
	}
	return -1;
}

/* A token for both where they are repositories of one registry, so that blobs can be mounted. */
static int open_repositories(struct copying *copying, struct err *err)
{
	struct end *from = &copying->from, *to = &copying->to;
	bool is_one = from->place.kind == COPY_REGISTRY && to->place.kind == COPY_REGISTRY &&
		      !strcmp(from->target.home->registry, to->target.home->registry) &&
		      strcmp(from->target.home->repository, to->target.home->repository) != 0;

	if (from->place.kind == COPY_REGISTRY &&
	    open_repository(copying, from, "pull", NULL, err) < 0)
		return -1;
	if (to->place.kind != COPY_REGISTRY)
		return 0;
	remote_open(copying->fetch->home, to->target.home->registry, to->target.home->repository,
		    &copying->remote);
	return open_repository(copying, to, "pull,push",
			       is_one ? from->target.home->repository : NULL, err);
}

static bool is_one_registry(const struct copying *copying)
{
	return copying->from.repository && copying->to.repository &&
	       oci_repository_same_host(copying->from.repository, copying->to.repository);
}

static bool is_there(void *ctx, const struct oci_digest *digest)
{
	struct copying *copying = ctx;

	if (is_one_registry(copying) &&
	    !strcmp(copying->from.repository->name, copying->to.repository->name))
		return true;
	return copying->remote.here && remote_has(&copying->remote, digest);
}

/* The token is for the one repository it comes from; of others nothing is known to be allowed. */
static const char *mount_from(void *ctx, const struct oci_digest *digest)
{
	struct copying *copying = ctx;

	(void)digest;
	if (is_one_registry(copying) &&
	    strcmp(copying->from.repository->name, copying->to.repository->name) != 0)
		return copying->from.repository->name;
	return NULL;
}

static int layout_referrers(void *ctx, const struct oci_digest *subject, struct oci_index **out,
			    struct err *err)
{
	return fetch_store_referrers(((struct copying *)ctx)->from.store, subject, out, err);
}

static void describe(const struct oci_node *node, struct oci_descriptor *out)
{
	struct err err = { 0 };

	if (oci_referrer_describe(&node->document, out, &err) < 0)
		return;
	/* the annotations of a manifest are those of an entry only where it is a referrer */
	if (!node->subject.text[0]) {
		json_decref(out->annotations);
		out->annotations = NULL;
	}
}

/* What stands under the tag there keeps its signatures. */
static int add_tagged(struct oci_layout *layout, const struct oci_node *node,
		      struct oci_index *index, struct err *err)
{
	AUTO(oci_descriptor) struct oci_descriptor descriptor = { 0 };
	AUTO(str) struct str merged = STR_MAX(0);
	const struct oci_descriptor *present;
	struct err none;

	if (node->manifest && oci_layout_find(index, node->tag, &present, &none) == 0 &&
	    oci_tagged_join(
		    layout, present,
		    (struct span){ str_text(&node->document.text), node->document.text.len },
		    &merged, err) < 0)
		return -1;
	if (merged.len)
		oci_descriptor_of(&descriptor, OCI_TYPE_MANIFEST, merged.data, merged.len);
	else
		describe(node, &descriptor);
	oci_layout_add_name(index, &descriptor, node->tag);
	return 0;
}

/* The index of the layout with what was moved under its name; referrers without. */
static int add_names(struct oci_layout *layout, const struct oci_transfer *transfer,
		     const char *name, struct oci_index *index, struct err *err)
{
	for (size_t i = 0; i < transfer->n_nodes; i++) {
		AUTO(oci_descriptor) struct oci_descriptor descriptor = { 0 };
		const struct oci_node *node = transfer->nodes[i];

		if (i && !node->subject.text[0])
			continue;
		if (i && node->tag) {
			if (add_tagged(layout, node, index, err) < 0)
				return -1;
			continue;
		}
		describe(node, &descriptor);
		oci_layout_add_name(index, &descriptor, i ? NULL : name);
	}
	return 0;
}

static int put_all(struct oci_layout *layout, const struct oci_transfer *transfer, struct err *err)
{
	struct oci_digest digest;

	for (size_t i = 0; i < transfer->n_items; i++) {
		const struct oci_item *item = &transfer->items[i];

		if (item->blob &&
		    oci_blob_commit(item->blob, &item->digest, item->size_bytes, &digest, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < transfer->n_nodes; i++) {
		const struct oci_document *document = &transfer->nodes[i]->document;

		if (oci_layout_put(layout, &document->digest, str_text(&document->text),
				   document->text.len, err) < 0)
			return -1;
	}
	return oci_layout_sync(layout, err);
}

static int name_locked(struct end *to, const struct oci_transfer *transfer, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	AUTO(free) char *text = NULL;

	if (put_all(to->layout, transfer, err) < 0 ||
	    oci_layout_index(to->layout, &index, err) < 0 ||
	    add_names(to->layout, transfer, to->place.name, index, err) < 0)
		return -1;
	text = oci_index_dump(index);
	return oci_layout_replace_index(to->layout, text, strlen(text), err);
}

static int name_in_layout(struct end *to, const struct oci_transfer *transfer, struct err *err)
{
	int rc;

	if (oci_layout_lock(to->layout, err) < 0)
		return -1;
	rc = name_locked(to, transfer, err);
	oci_layout_unlock(to->layout);
	return rc;
}

static int write_archive(struct end *to, const struct oci_transfer *transfer, struct err *err)
{
	AUTO(str) struct str index = STR_MAX(LIMIT_INDEX);
	AUTO(free) struct oci_digest *blobs = NULL;
	size_t n = 0;

	if (name_in_layout(to, transfer, err) < 0 ||
	    oci_layout_read_index(to->layout, &index, NULL, err) < 0)
		return -1;
	blobs = mem_array(transfer->n_items + transfer->n_nodes, sizeof(*blobs));
	for (size_t i = 0; i < transfer->n_items; i++)
		blobs[n++] = transfer->items[i].digest;
	for (size_t i = 0; i < transfer->n_nodes; i++)
		blobs[n++] = transfer->nodes[i]->document.digest;
	return oci_archive_write(to->place.path, to->layout, blobs, n,
				 (struct span){ str_text(&index), index.len }, err);
}

static int name_at_registry(struct copying *copying, struct oci_transfer *transfer, struct err *err)
{
	const struct oci_reference *reference = &copying->to.target.reference;
	const struct oci_digest *digest = &transfer->nodes[0]->document.digest;
	struct remote_tag seen = { *digest, *digest, "" };
	const char *tags[] = { reference->tag };

	if (reference->digest.text[0] && !oci_digest_equal(&reference->digest, digest))
		return err_set(err, EC_USAGE, "it is %s, which is not the digest to copy to",
			       digest->text);
	if (oci_transfer_name(transfer, tags, reference->tag ? 1 : 0, err) < 0)
		return -1;
	fetch_remember(&copying->remote, transfer);
	if (reference->tag)
		remote_set_tag(&copying->remote, reference->tag, &seen);
	remote_save(&copying->remote);
	return 0;
}

/* See store.h; NULL: it does not come from a registry. */
static char *origin_of(const struct end *from)
{
	const struct oci_reference *reference = &from->target.reference;

	return from->repository ? policy_place(reference->registry, reference->repository) : NULL;
}

static int name(struct copying *copying, struct oci_transfer *transfer, struct err *err)
{
	struct end *to = &copying->to;
	AUTO(free) char *stored = NULL;
	AUTO(free) char *origin = origin_of(&copying->from);
	struct fetch_kept kept = { (const char *const *)&stored, 1, origin };

	switch (to->place.kind) {
	case COPY_REGISTRY:
		return name_at_registry(copying, transfer, err);
	case COPY_STORE:
		if (store_name(to->place.name, &stored, err) < 0)
			return -1;
		return fetch_keep(to->store, transfer, &kept, err);
	case COPY_LAYOUT:
		return name_in_layout(to, transfer, err);
	case COPY_ARCHIVE:
		return write_archive(to, transfer, err);
	}
	return -1;
}

/* Of an index the manifest for the platform, where one was asked for. */
static int choose(struct copying *copying, struct oci_document *root, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	const struct fetch *fetch = copying->fetch;
	const struct oci_descriptor *one;
	AUTO(oci_document) struct oci_document child = { 0 };
	bool is_same = false;
	int rc;

	if (!fetch->architecture || !oci_type_is_index(root->media_type))
		return 0;
	if (oci_index_read(root->json, "image index", &index, err) < 0)
		return -1;
	one = oci_index_find(index, fetch->os, fetch->architecture);
	if (!one)
		return oci_index_lacks(index, fetch->os, fetch->architecture, err);
	rc = copying->from.repository ? oci_manifest_get(copying->from.repository, one->digest.text,
							 NULL, &child, &is_same, err)
				      : oci_layout_document(copying->from.layout, &one->digest,
							    one->size_bytes, &child, err);
	if (rc < 0)
		return -1;
	oci_document_done(root);
	*root = child;
	child = (struct oci_document){ 0 };
	return 0;
}

static int move(struct copying *copying, struct fetch_report *report, struct err *err)
{
	struct oci_transfer_settings settings = {
		.wants_referrers = copying->fetch->wants_referrers,
		.layout_referrers = layout_referrers,
		.is_there = is_there,
		.mount_from = mount_from,
		.ctx = copying,
		.single_post = &copying->remote.single_post,
		.watch = copying->fetch->watch,
	};
	AUTO(oci_document) struct oci_document root = { 0 };
	AUTO(oci_transfer) struct oci_transfer *transfer = NULL;

	if (open_repositories(copying, err) < 0 || read_root(copying, &root, err) < 0 ||
	    choose(copying, &root, err) < 0 || open_target(copying, err) < 0)
		return -1;
	if (copying->from.repository && copying->to.repository) {
		if (scratch_open(copying->fetch->home, &copying->spool, err) < 0)
			return -1;
		settings.spool = store_layout(copying->spool.store);
	}
	settings.from = (struct oci_end){ copying->from.repository, copying->from.layout };
	settings.to = (struct oci_end){ copying->to.repository, copying->to.layout };
	if (oci_transfer_new(&settings, &root, &transfer, err) < 0 ||
	    oci_transfer_collect(transfer, err) < 0 || oci_transfer_blobs(transfer, err) < 0 ||
	    name(copying, transfer, err) < 0)
		return err_wrap(err, "%s", copying->from.text);
	fetch_report_fill(report, transfer);
	return 0;
}

static int parse_end(struct copying *copying, const char *text, struct end *end, struct err *err)
{
	end->scratch.dir = -1;
	end->text = text;
	if (copy_place_parse(text, &end->place, err) < 0)
		return -1;
	if (end->place.kind != COPY_REGISTRY)
		return 0;
	return fetch_target_parse(copying->fetch->settings, end->place.name, &end->target, err);
}

int fetch_copy(const struct fetch *fetch, struct store *store, const char *from, const char *to,
	       struct fetch_report *out, struct err *err)
{
	AUTO(copying) struct copying copying = { .fetch = fetch, .store = store };
	AUTO(fetch_report) struct fetch_report report = { 0 };

	copying.spool.dir = copying.to.scratch.dir = -1;
	if (parse_end(&copying, from, &copying.from, err) < 0 ||
	    parse_end(&copying, to, &copying.to, err) < 0 || move(&copying, &report, err) < 0)
		return -1;
	report.reference = mem_text(copying.to.target.name ? copying.to.target.name : to);
	report.source = mem_text(copying.from.target.name ? copying.from.target.name : from);
	*out = report;
	report = (struct fetch_report){ 0 };
	return 0;
}
