// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/transfer.h"

#include "base/alloc.h"
#include "oci/referrers.h"
#include "oci/tagged.h"
#include "oci/transfer_priv.h"

#define TAGGED_TRIES 4 /* the last of them only asks */

int oci_transfer_new(const struct oci_transfer_settings *settings, struct oci_document *root,
		     struct oci_transfer **out, struct err *err)
{
	AUTO(oci_transfer) struct oci_transfer *transfer = mem_alloc(sizeof(*transfer));
	const struct oci_node model = { .is_there = settings->has_only_referrers };

	transfer->settings = settings;
	if (settings->to.repository)
		transfer->client = settings->to.repository->client;
	else if (settings->from.repository)
		transfer->client = settings->from.repository->client;
	if (oci_transfer_add(transfer, root, &model, NULL, err) < 0)
		return -1;
	*out = STEAL(transfer);
	return 0;
}

void oci_node_free(struct oci_node *node)
{
	oci_document_done(&node->document);
	oci_manifest_free(node->manifest);
	oci_index_free(node->index);
	free(node->architecture);
	free(node->tag);
	free(node);
}

void oci_item_done(struct oci_item *item)
{
	free(item->label);
	str_done(&item->data);
	oci_blob_free(item->blob);
}

void oci_transfer_free(struct oci_transfer *transfer)
{
	if (!transfer)
		return;
	oci_transfer_drop_jobs(transfer);
	for (size_t i = 0; i < transfer->n_nodes; i++)
		oci_node_free(transfer->nodes[i]);
	free(transfer->nodes);
	for (size_t i = 0; i < transfer->n_items; i++)
		oci_item_done(&transfer->items[i]);
	free(transfer->items);
	free(transfer->asked);
	free(transfer);
}

/* What the registry says it misses is sent in another round; all of it when it does not say. */
static void mark_missing(struct oci_transfer *transfer, const struct http_answer *answer)
{
	AUTO(free) struct oci_digest *missing = NULL;
	size_t n_missing = 0;
	bool is_told = oci_answer_missing_blobs(answer, &missing, &n_missing);

	transfer->is_rejected = true;
	for (size_t i = 0; i < transfer->n_items; i++) {
		struct oci_item *item = &transfer->items[i];
		bool is_missing = !is_told;

		for (size_t k = 0; k < n_missing; k++)
			is_missing = is_missing || oci_digest_equal(&item->digest, &missing[k]);
		if (is_missing && item->state == OCI_ITEM_EXISTS)
			item->state = OCI_ITEM_WAITS;
	}
}

static int on_put(void *ctx, const struct http_answer *answer, bool has_subject_support,
		  struct err *err)
{
	struct oci_transfer *transfer = ctx;

	if (answer->status != 400) {
		transfer->has_subject_support = has_subject_support;
		return 0;
	}
	if (transfer->is_again)
		return oci_answer_error(answer, err);
	mark_missing(transfer, answer);
	return 0;
}

static void start_put(struct oci_transfer *transfer, const struct oci_document *document,
		      const char *reference)
{
	static const long may_miss[] = { 400, 0 };
	struct oci_manifest_put put = {
		.repository = transfer->settings->to.repository,
		.reference = reference,
		.media_type = document->media_type,
		.text = { str_text(&document->text), document->text.len },
		.accepts = may_miss,
		.done = on_put,
		.ctx = transfer,
	};

	oci_manifest_put_start(&put);
}

/* By its digest, but for what is found by a tag. */
static void start_put_node(struct oci_transfer *transfer, const struct oci_node *node)
{
	start_put(transfer, &node->document, node->tag ? node->tag : node->document.digest.text);
}

/* Deepest first, all of a depth at once; referrers come after what they refer to. */
static int put_children(struct oci_transfer *transfer, struct err *err)
{
	for (size_t depth = transfer->nodes[transfer->n_nodes - 1]->depth; depth > 0; depth--) {
		for (size_t i = 1; i < transfer->n_nodes; i++)
			if (transfer->nodes[i]->depth == depth && !transfer->nodes[i]->is_there &&
			    !transfer->nodes[i]->subject.text[0])
				start_put_node(transfer, transfer->nodes[i]);
		if (oci_client_run(transfer->client, NULL, err) < 0)
			return -1;
	}
	return 0;
}

static int put_root(struct oci_transfer *transfer, const char *const *tags, size_t n_tags,
		    struct err *err)
{
	const struct oci_node *root = transfer->nodes[0];

	for (size_t i = 0; i < n_tags; i++)
		start_put(transfer, &root->document, tags[i]);
	if (!n_tags)
		start_put_node(transfer, root);
	return oci_client_run(transfer->client, NULL, err);
}

static bool names_subject(const struct oci_node *node, const struct oci_digest **out)
{
	if (node->manifest && node->manifest->has_subject)
		*out = &node->manifest->subject.digest;
	else if (node->index && node->index->has_subject)
		*out = &node->index->subject.digest;
	else
		return false;
	return true;
}

/* Signatures under a tag are added to those that are there; asked again until they are. */
static int put_tagged(struct oci_transfer *transfer, const struct oci_node *node, struct err *err)
{
	struct oci_repository *to = transfer->settings->to.repository;

	for (int i = 0; i < TAGGED_TRIES; i++) {
		AUTO(oci_document) struct oci_document merged = { 0 };
		const struct oci_document *document = &node->document;
		bool is_there;

		if (oci_tagged_prepare(to, node->tag, &node->document, &merged, &is_there, err) < 0)
			return -1;
		if (is_there)
			return 0;
		if (merged.text.len)
			document = &merged;
		start_put(transfer, document, node->tag);
		if (oci_client_run(transfer->client, NULL, err) < 0)
			return -1;
		if (transfer->is_rejected)
			return 0;
	}
	return err_set(err, EC_BUSY, "%s/%s:%s: somebody else changes it all the time",
		       to->registry, to->name, node->tag);
}

/* A registry that knows nothing of subjects needs the tag that lists them kept. */
static int put_referrer(struct oci_transfer *transfer, const struct oci_node *node, struct err *err)
{
	const struct oci_digest *subject;

	if (node->tag && oci_tagged_is_list(node->tag))
		return put_tagged(transfer, node, err);
	transfer->has_subject_support = false;
	start_put_node(transfer, node);
	if (oci_client_run(transfer->client, NULL, err) < 0)
		return -1;
	if (transfer->is_rejected || transfer->has_subject_support || node->tag ||
	    !names_subject(node, &subject))
		return 0;
	return oci_referrers_add(transfer->settings->to.repository, subject, &node->document, err);
}

static int put_referrers(struct oci_transfer *transfer, struct err *err)
{
	for (size_t i = 1; i < transfer->n_nodes; i++)
		if (transfer->nodes[i]->subject.text[0] &&
		    put_referrer(transfer, transfer->nodes[i], err) < 0)
			return -1;
	return 0;
}

static int put_package(struct oci_transfer *transfer, const char *const *tags, size_t n_tags,
		       struct err *err)
{
	const struct oci_digest *subject;

	if (put_children(transfer, err) < 0)
		return -1;
	if (transfer->is_rejected || transfer->nodes[0]->is_there)
		return 0;
	if (put_root(transfer, tags, n_tags, err) < 0)
		return -1;
	if (transfer->is_rejected || transfer->has_subject_support ||
	    !names_subject(transfer->nodes[0], &subject))
		return 0;
	return oci_referrers_add(transfer->settings->to.repository, subject,
				 &transfer->nodes[0]->document, err);
}

/* Once through; a registry that misses blobs lets it pass with is_rejected. */
static int put_all(struct oci_transfer *transfer, const char *const *tags, size_t n_tags,
		   struct err *err)
{
	if (put_package(transfer, tags, n_tags, err) < 0)
		return -1;
	return transfer->is_rejected ? 0 : put_referrers(transfer, err);
}

int oci_transfer_name(struct oci_transfer *transfer, const char *const *tags, size_t n_tags,
		      struct err *err)
{
	transfer->is_rejected = transfer->is_again = false;
	if (put_all(transfer, tags, n_tags, err) < 0)
		return -1;
	if (!transfer->is_rejected)
		return 0;
	transfer->is_again = true;
	if (oci_transfer_blobs(transfer, err) < 0)
		return -1;
	transfer->is_rejected = false;
	return put_all(transfer, tags, n_tags, err);
}

const struct oci_item *oci_transfer_item(const struct oci_transfer *transfer,
					 const struct oci_digest *digest)
{
	for (size_t i = 0; i < transfer->n_items; i++)
		if (oci_digest_equal(&transfer->items[i].digest, digest))
			return &transfer->items[i];
	return NULL;
}
