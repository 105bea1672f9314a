// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "oci/referrers.h"
#include "oci/transfer_priv.h"

static bool has_node(const struct oci_transfer *transfer, const struct oci_digest *digest)
{
	for (size_t i = 0; i < transfer->n_nodes; i++)
		if (oci_digest_equal(&transfer->nodes[i]->document.digest, digest))
			return true;
	return false;
}

/* What the package has, too, is not only a guest's. */
static bool has_item(struct oci_transfer *transfer, const struct oci_digest *digest, bool is_guest)
{
	for (size_t i = 0; i < transfer->n_items; i++) {
		if (!oci_digest_equal(&transfer->items[i].digest, digest))
			continue;
		transfer->items[i].is_guest = transfer->items[i].is_guest && is_guest;
		return true;
	}
	return false;
}

/* "opensnoop.bpf.o", or "config" of "application/vnd.eunomia.package.config.v1+json" */
static char *label_of(const struct oci_descriptor *blob)
{
	const char *title = oci_annotation(blob->annotations, OCI_KEY_TITLE);
	const char *word = blob->media_type + strlen(blob->media_type), *end;

	if (title && *title)
		return mem_text(title);
	end = strstr(blob->media_type, ".v1");
	if (!end)
		end = blob->media_type + strcspn(blob->media_type, "+;");
	for (word = end; word > blob->media_type && !strchr("./", word[-1]);)
		word--;
	return end > word ? mem_textn(word, end - word) : mem_text(blob->media_type);
}

static int add_item(struct oci_transfer *transfer, const struct oci_descriptor *blob, bool is_guest,
		    struct err *err)
{
	const struct oci_transfer_settings *settings = transfer->settings;
	AUTO(str) struct str data = STR_MAX(LIMIT_MANIFEST);
	bool has_data = false;

	if ((settings->leaves_out && settings->leaves_out(blob)) ||
	    has_item(transfer, &blob->digest, is_guest))
		return 0;
	if (transfer->n_items == OCI_TRANSFER_ITEMS)
		return err_set(err, EC_CORRUPT, "more than %d blobs", OCI_TRANSFER_ITEMS);
	if (settings->from.repository && oci_descriptor_get_data(blob, &data, &has_data, err) < 0)
		return -1;
	ARRAY_ROOM(transfer->items, transfer->n_items, transfer->items_cap);
	transfer->items[transfer->n_items++] = (struct oci_item){
		.data = has_data ? data : (struct str){ 0 },
		.digest = blob->digest,
		.size_bytes = blob->size_bytes,
		.label = label_of(blob),
		.id = SIZE_MAX,
		.is_guest = is_guest,
	};
	if (has_data)
		data = (struct str){ 0 };
	return 0;
}

static int add_blobs(struct oci_transfer *transfer, const struct oci_node *node, struct err *err)
{
	const struct oci_manifest *manifest = node->manifest;

	if (add_item(transfer, &manifest->config, node->is_guest, err) < 0)
		return -1;
	for (size_t i = 0; i < manifest->n_layers; i++)
		if (add_item(transfer, &manifest->layers[i], node->is_guest, err) < 0)
			return -1;
	return 0;
}

static int parse(struct oci_node *node, struct err *err)
{
	AUTO(json) json_t *json = STEAL(node->document.json); /* not needed again */

	if (oci_type_is_index(node->document.media_type))
		return oci_index_read(json, "image index", &node->index, err);
	return oci_manifest_read(json, "manifest", &node->manifest, err);
}

static int read_node(struct oci_transfer *transfer, struct oci_node *node, struct err *err)
{
	if (parse(node, err) < 0)
		return -1;
	if (transfer->n_nodes > OCI_TRANSFER_NODES)
		return err_set(err, EC_CORRUPT, "more than %d manifests", OCI_TRANSFER_NODES);
	if (node->is_guest && oci_guest_check(transfer, node, err) < 0)
		return -1;
	return node->is_there || !node->manifest ? 0 : add_blobs(transfer, node, err);
}

int oci_transfer_add(struct oci_transfer *transfer, struct oci_document *document,
		     const struct oci_node *model, struct oci_node **out, struct err *err)
{
	struct oci_node *node = mem_alloc(sizeof(*node));

	node->document = *document;
	*document = (struct oci_document){ 0 };
	node->depth = model->depth;
	node->subject = model->subject;
	node->is_there = model->is_there;
	node->is_origin = model->is_origin;
	node->is_guest = oci_guest_is(transfer, model);
	ARRAY_ROOM(transfer->nodes, transfer->n_nodes, transfer->nodes_cap);
	transfer->nodes[transfer->n_nodes++] = node;
	if (read_node(transfer, node, err) < 0) {
		if (node->is_guest) { /* the rest goes on without it */
			transfer->n_nodes--;
			oci_node_free(node);
		}
		return -1;
	}
	if (out)
		*out = node;
	return 0;
}

int oci_transfer_add_origin(struct oci_transfer *transfer, struct oci_document *index,
			    struct err *err)
{
	const struct oci_node model = { .is_origin = true };

	return oci_transfer_add(transfer, index, &model, NULL, err);
}

const struct oci_descriptor *oci_index_find(const struct oci_index *index, const char *os,
					    const char *architecture)
{
	for (size_t i = 0; i < index->n_manifests; i++) {
		const struct oci_descriptor *one = &index->manifests[i];

		if (one->architecture && !strcmp(one->architecture, architecture) &&
		    (!one->os || !strcmp(one->os, os)))
			return one;
	}
	return NULL;
}

int oci_index_lacks(const struct oci_index *index, const char *os, const char *architecture,
		    struct err *err)
{
	AUTO(str) struct str list = STR_MAX(300);

	for (size_t i = 0; i < index->n_manifests; i++) {
		const struct oci_descriptor *one = &index->manifests[i];

		if (one->architecture)
			str_addf(&list, "%s%s/%s", list.len ? ", " : "", one->os ? one->os : "?",
				 one->architecture);
	}
	return err_set(err, EC_UNSUPPORTED, "there is nothing for %s/%s in it, but for %s", os,
		       architecture, list.len ? str_text(&list) : "nothing else");
}

int oci_layout_document(struct oci_layout *layout, const struct oci_digest *digest,
			uint64_t size_bytes, struct oci_document *out, struct err *err)
{
	AUTO(oci_document) struct oci_document document = { .text.max = LIMIT_MANIFEST };
	const char *type;

	if (oci_layout_get(layout, digest, size_bytes, &document.text, err) < 0 ||
	    js_parse(str_text(&document.text), document.text.len, "manifest", &document.json, err) <
		    0)
		return -1;
	type = oci_type_guess(document.json);
	if (!type)
		return err_set(err, EC_CORRUPT, "%s is neither a manifest nor an image index",
			       digest->text);
	document.media_type = mem_text(type);
	document.digest = *digest;
	*out = document;
	document = (struct oci_document){ 0 };
	return 0;
}

/* One manifest that is asked for. */
struct fetching {
	struct oci_transfer *transfer;
	struct oci_node model; /* depth, subject, is_there of what comes */
	char *architecture;
	char *tag;
};

static void release(void *ctx)
{
	struct fetching *fetching = ctx;

	free(fetching->architecture);
	free(fetching->tag);
	free(fetching);
}

static int add_fetched(struct fetching *fetching, struct oci_document *document, struct err *err)
{
	struct oci_node *node;

	if (has_node(fetching->transfer, &document->digest))
		return 0;
	if (oci_transfer_add(fetching->transfer, document, &fetching->model, &node, err) < 0)
		return -1;
	node->architecture = STEAL(fetching->architecture);
	node->tag = STEAL(fetching->tag);
	return 0;
}

static int on_document(void *ctx, struct oci_document *document, bool is_same, struct err *err)
{
	(void)is_same;
	return add_fetched(ctx, document, err);
}

/* A list of referrers may name what was deleted since. */
static int on_missing(void *ctx, struct err *err)
{
	struct fetching *fetching = ctx;

	if (!fetching->model.subject.text[0])
		return -1;
	*err = (struct err){ 0 };
	return 0;
}

static int on_failed(void *ctx, struct err *err)
{
	return oci_guest_leave_out(((struct fetching *)ctx)->transfer, err);
}

/* At a registry; without a descriptor nothing was promised. */
static void start_get(struct fetching *fetching, const char *reference,
		      const struct oci_descriptor *descriptor)
{
	struct oci_manifest_get get = {
		.repository = fetching->transfer->settings->from.repository,
		.reference = reference,
		.size_bytes = descriptor ? descriptor->size_bytes : UINT64_MAX,
		.media_type = descriptor ? descriptor->media_type : NULL,
		.done = on_document,
		.missing = on_missing,
		.release = release,
		.ctx = fetching,
	};

	if (oci_guest_is(fetching->transfer, &fetching->model))
		get.failed = on_failed;
	oci_manifest_get_start(&get);
}

static int fetch(struct fetching *fetching, const struct oci_descriptor *descriptor,
		 struct err *err)
{
	const struct oci_end *from = &fetching->transfer->settings->from;
	AUTO(oci_document) struct oci_document document = { 0 };
	int rc;

	if (from->repository) {
		start_get(fetching, descriptor->digest.text, descriptor);
		return 0;
	}
	rc = oci_layout_document(from->layout, &descriptor->digest, descriptor->size_bytes,
				 &document, err);
	if (rc == 0)
		rc = add_fetched(fetching, &document, err);
	release(fetching);
	return rc;
}

/* What a layout found by a tag made of its subject's digest. */
static char *tag_of(const struct oci_transfer *transfer, const struct oci_descriptor *referrer)
{
	const char *tag = oci_annotation(referrer->annotations, OCI_KEY_REF_NAME);

	return transfer->settings->from.layout && tag && oci_tag_suffix(tag) ? mem_text(tag) : NULL;
}

/* Notes it, too. */
static bool was_asked(struct oci_transfer *transfer, const struct oci_digest *digest)
{
	for (size_t i = 0; i < transfer->n_asked; i++)
		if (oci_digest_equal(&transfer->asked[i], digest))
			return true;
	ARRAY_ROOM(transfer->asked, transfer->n_asked, transfer->asked_cap);
	transfer->asked[transfer->n_asked++] = *digest;
	return false;
}

static int fetch_child(struct oci_transfer *transfer, const struct oci_descriptor *child,
		       const struct oci_node *model, struct err *err)
{
	struct fetching *fetching;

	if (model->depth > OCI_TRANSFER_DEPTH)
		return err_set(err, EC_CORRUPT, "image indexes within indexes, more than %d deep",
			       OCI_TRANSFER_DEPTH);
	if (has_node(transfer, &child->digest) || was_asked(transfer, &child->digest))
		return 0;
	if (oci_guest_is(transfer, model) &&
	    oci_guest_is_welcome(transfer, child->size_bytes, err) < 0)
		return oci_guest_leave_out(transfer, err);
	if (child->size_bytes > LIMIT_MANIFEST)
		return err_set(err, EC_CORRUPT, "manifest %s: its size is above the limit of %u",
			       child->digest.text, LIMIT_MANIFEST);
	fetching = mem_alloc(sizeof(*fetching));
	fetching->transfer = transfer;
	fetching->model = *model;
	fetching->architecture = mem_text(child->architecture);
	if (model->subject.text[0])
		fetching->tag = tag_of(transfer, child);
	return fetch(fetching, child, err);
}

static bool is_document(const struct oci_descriptor *descriptor)
{
	return oci_type_is_manifest(descriptor->media_type) ||
	       oci_type_is_index(descriptor->media_type);
}

/* The children of an index that are wanted. */
static int fetch_children(struct oci_transfer *transfer, const struct oci_node *node,
			  struct err *err)
{
	const struct oci_transfer_settings *settings = transfer->settings;
	const struct oci_index *index = node->index;
	const struct oci_node model = { .depth = node->depth + 1, .is_there = node->is_there };
	const struct oci_descriptor *one;

	if (settings->architecture) {
		one = oci_index_find(index, settings->os, settings->architecture);
		if (!one)
			return oci_index_lacks(index, settings->os, settings->architecture, err);
		return fetch_child(transfer, one, &model, err);
	}
	for (size_t i = 0; i < index->n_manifests; i++) {
		one = &index->manifests[i];
		if (is_document(one)) {
			if (fetch_child(transfer, one, &model, err) < 0)
				return -1;
		} else if (!node->is_there && add_item(transfer, one, false, err) < 0) {
			return -1;
		}
	}
	return 0;
}

struct subject {
	struct oci_transfer *transfer;
	struct oci_digest digest;
	size_t depth;
};

static int on_referrers(void *ctx, const struct oci_index *index, struct err *err)
{
	const struct subject *subject = ctx;
	const struct oci_node model = { .depth = subject->depth + 1, .subject = subject->digest };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < index->n_manifests; i++)
		if (is_document(&index->manifests[i]))
			rc = fetch_child(subject->transfer, &index->manifests[i], &model, err);
	return rc;
}

static int on_no_list(void *ctx, struct err *err)
{
	return oci_guest_leave_out(((const struct subject *)ctx)->transfer, err);
}

/* cosign's older way: signatures and attestations under tags made of the digest */
static void fetch_tagged(struct oci_transfer *transfer, const struct oci_node *node)
{
	for (size_t i = 0; i < OCI_TAG_SUFFIXES; i++) {
		struct fetching *fetching;

		/* nobody signed it */
		if (transfer->settings->guests && !strcmp(oci_tag_suffixes[i], ".sbom"))
			continue;
		fetching = mem_alloc(sizeof(*fetching));
		fetching->transfer = transfer;
		fetching->model.depth = node->depth + 1;
		fetching->model.subject = node->document.digest;
		fetching->tag = oci_referrers_tag(&node->document.digest, oci_tag_suffixes[i]);
		start_get(fetching, fetching->tag, NULL);
	}
}

static void fetch_referrers(struct oci_transfer *transfer, const struct oci_node *node,
			    struct subject *subject)
{
	struct oci_referrers_get get = {
		.repository = transfer->settings->from.repository,
		.subject = node->document.digest,
		.done = on_referrers,
		.ctx = subject,
	};

	if (transfer->settings->guests)
		get.failed = on_no_list;
	*subject = (struct subject){ transfer, node->document.digest, node->depth };
	oci_referrers_get_start(&get);
	if (!node->subject.text[0])
		fetch_tagged(transfer, node);
}

static int read_referrers(struct oci_transfer *transfer, const struct oci_node *node,
			  struct err *err)
{
	const struct oci_transfer_settings *settings = transfer->settings;
	struct subject subject = { transfer, node->document.digest, node->depth };
	AUTO(oci_index) struct oci_index *index = NULL;

	if (!settings->layout_referrers)
		return 0;
	if (settings->layout_referrers(settings->ctx, &subject.digest, &index, err) < 0)
		return -1;
	return index ? on_referrers(&subject, index, err) : 0;
}

/* Starts what is below a node. */
static int go_down(struct oci_transfer *transfer, const struct oci_node *node,
		   struct subject *subject, struct err *err)
{
	const struct oci_transfer_settings *settings = transfer->settings;

	if (node->index && !node->is_origin && fetch_children(transfer, node, err) < 0)
		return -1;
	if (!settings->wants_referrers || node->is_guest)
		return 0;
	if (settings->from.layout)
		return read_referrers(transfer, node, err);
	fetch_referrers(transfer, node, subject);
	return 0;
}

static int collect_level(struct oci_transfer *transfer, size_t begin, size_t end, struct err *err)
{
	AUTO(free) struct subject *subjects = mem_array(end - begin, sizeof(*subjects));

	for (size_t i = begin; i < end; i++)
		if (go_down(transfer, transfer->nodes[i], &subjects[i - begin], err) < 0)
			return -1;
	return transfer->client ? oci_client_run(transfer->client, NULL, err) : 0;
}

int oci_transfer_collect(struct oci_transfer *transfer, struct err *err)
{
	size_t begin = 0, end;

	for (; begin < transfer->n_nodes; begin = end) {
		end = transfer->n_nodes;
		if (collect_level(transfer, begin, end, err) < 0)
			return -1;
	}
	return 0;
}
