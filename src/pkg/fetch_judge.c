// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "pkg/fetch_priv.h"

/* What a transfer has received and no store has yet. */
struct received {
	const struct oci_transfer *transfer;
	struct oci_layout *layout; /* what it found there it did not receive */
};

/* A transfer holds every byte against its digest as it comes. */
static int get_received(void *ctx, const struct oci_descriptor *blob, struct str *out,
			struct err *err)
{
	const struct received *received = ctx;
	const struct oci_transfer *transfer = received->transfer;
	const struct oci_item *item = oci_transfer_item(transfer, &blob->digest);

	for (size_t i = 0; i < transfer->n_nodes; i++) {
		const struct oci_document *document = &transfer->nodes[i]->document;

		if (oci_digest_equal(&document->digest, &blob->digest)) {
			str_add(out, str_text(&document->text), document->text.len);
			return str_check(out, "manifest", err);
		}
	}
	if (item && item->size_bytes != blob->size_bytes)
		return err_set(err, EC_CORRUPT, "%s has two sizes", blob->digest.text);
	if (item)
		return fetch_read_item(received->layout, item, out, err);
	return oci_layout_get(received->layout, &blob->digest, blob->size_bytes, out, err);
}

static void collect(struct received *received, const struct oci_digest *subject,
		    struct signatures *out)
{
	const struct oci_transfer *transfer = received->transfer;
	AUTO(free)
	struct oci_descriptor *list = mem_array(transfer->n_nodes + 1, sizeof(*list));
	struct signatures_from from = { .referrers = list, .get = get_received, .ctx = received };

	for (size_t i = 0; i < transfer->n_nodes; i++) {
		const struct oci_node *node = transfer->nodes[i];

		if (oci_digest_equal(&node->subject, subject))
			list[from.n_referrers++] = (struct oci_descriptor){
				.media_type = node->document.media_type,
				.digest = node->document.digest,
				.size_bytes = node->document.text.len,
			};
	}
	signatures_collect(&from, subject, out);
}

int fetch_judge(const struct fetch_judged *judged, const struct oci_transfer *transfer,
		struct store *store, struct trust_decision *out, struct err *err)
{
	struct received received = { transfer, store_layout(store) };
	AUTO(signatures) struct signatures signatures = { 0 };
	struct trust_subject subject = {
		.name = judged->name,
		.place = judged->place,
		.is_from_place = true,
		.digest = judged->digest,
		.media_type = judged->media_type,
		.size_bytes = judged->size_bytes,
		.loaded = transfer->nodes[0]->document.digest,
		.signatures = &signatures,
	};

	collect(&received, &judged->digest, &signatures);
	return trust_require(judged->trust, &subject, out, err);
}
