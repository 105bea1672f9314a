// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "oci/referrers.h"
#include "pkg/fetch_priv.h"

struct keeping {
	struct store_blob *blobs;
	size_t n_blobs;
	struct store_item *items; /* the root, then referrers */
	size_t n_items;
	struct str architectures;
};

static void keeping_done(struct keeping *keeping)
{
	free(keeping->blobs);
	free(keeping->items);
	str_done(&keeping->architectures);
}

AUTO_STRUCT(keeping, struct keeping, keeping_done);

static struct span text_of(const struct oci_node *node)
{
	return (struct span){ str_text(&node->document.text), node->document.text.len };
}

/* What the config of an image or a package says it is for; for the eye only. */
static char *read_architecture(struct oci_layout *layout, const struct oci_transfer *transfer,
			       const struct oci_manifest *manifest)
{
	const struct oci_item *item = oci_transfer_item(transfer, &manifest->config.digest);
	AUTO(str) struct str text = STR_MAX(LIMIT_CONFIGURATION);
	AUTO(json) json_t *json = NULL;
	struct err err = { 0 };

	if (!item || !text_ends(manifest->config.media_type, "json") ||
	    fetch_read_item(layout, item, &text, &err) < 0 ||
	    js_parse(str_text(&text), text.len, "config", &json, &err) < 0)
		return NULL;
	return mem_text(json_string_value(json_object_get(json, "architecture")));
}

static void list_architectures(struct oci_layout *layout, const struct oci_transfer *transfer,
			       struct str *out)
{
	const struct oci_node *root = transfer->nodes[0];
	AUTO(free) char *own = NULL;

	if (root->manifest) {
		own = root->architecture ? mem_text(root->architecture)
					 : read_architecture(layout, transfer, root->manifest);
		str_adds(out, own ? own : "");
		return;
	}
	for (size_t i = 0; i < root->index->n_manifests; i++)
		if (root->index->manifests[i].architecture)
			str_addf(out, "%s%s", out->len ? "," : "",
				 root->index->manifests[i].architecture);
}

static void list_blobs(const struct oci_transfer *transfer, struct keeping *keeping)
{
	keeping->blobs = mem_array(transfer->n_nodes + transfer->n_items, sizeof(*keeping->blobs));
	for (size_t i = 0; i < transfer->n_items; i++)
		keeping->blobs[keeping->n_blobs++] = (struct store_blob){
			.digest = transfer->items[i].digest,
			.written = transfer->items[i].blob,
			.is_present = !transfer->items[i].blob,
		};
	for (size_t i = 1; i < transfer->n_nodes; i++)
		if (!transfer->nodes[i]->subject.text[0])
			keeping->blobs[keeping->n_blobs++] = (struct store_blob){
				.digest = transfer->nodes[i]->document.digest,
				.data = text_of(transfer->nodes[i]),
			};
}

/* The index that the root was chosen from; NULL: none. */
static const struct oci_digest *index_of(const struct oci_transfer *transfer)
{
	for (size_t i = 1; i < transfer->n_nodes; i++)
		if (transfer->nodes[i]->is_origin)
			return &transfer->nodes[i]->document.digest;
	return NULL;
}

static uint64_t sum(const struct oci_transfer *transfer)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < transfer->n_items; i++)
		bytes += transfer->items[i].size_bytes;
	for (size_t i = 0; i < transfer->n_nodes; i++)
		bytes += transfer->nodes[i]->document.text.len;
	return bytes;
}

static void list_referrers(const struct oci_transfer *transfer, struct keeping *keeping)
{
	for (size_t i = 1; i < transfer->n_nodes; i++) {
		const struct oci_node *node = transfer->nodes[i];

		if (!node->subject.text[0])
			continue;
		keeping->items[keeping->n_items++] = (struct store_item){
			.manifest = text_of(node),
			.media_type = node->document.media_type,
			.artifact_type = node->manifest ? node->manifest->artifact_type
							: node->index->artifact_type,
			.subject = &node->subject,
			.suffix = node->tag ? oci_tag_suffix(node->tag) : NULL,
		};
	}
}

int fetch_keep(struct store *store, const struct oci_transfer *transfer,
	       const struct fetch_kept *kept, struct err *err)
{
	const struct oci_node *root = transfer->nodes[0];
	AUTO(keeping) struct keeping keeping = { .architectures = STR_MAX(LIMIT_TEXT) };
	const json_t *annotations =
		root->manifest ? root->manifest->annotations : root->index->annotations;
	struct store_item item = {
		.manifest = text_of(root),
		.media_type = root->document.media_type,
		.artifact_type =
			root->manifest ? root->manifest->artifact_type : root->index->artifact_type,
		.version = oci_annotation(annotations, OCI_KEY_VERSION),
		.size_bytes = sum(transfer),
		.names = kept->names,
		.n_names = kept->n_names,
		.origin = kept->origin,
		.root = index_of(transfer),
	};

	list_architectures(store_layout(store), transfer, &keeping.architectures);
	if (keeping.architectures.len)
		item.architectures = str_text(&keeping.architectures);
	list_blobs(transfer, &keeping);
	keeping.items = mem_array(transfer->n_nodes, sizeof(*keeping.items));
	keeping.items[keeping.n_items++] = item;
	list_referrers(transfer, &keeping);
	return store_add_all(store, keeping.items, keeping.n_items, keeping.blobs, keeping.n_blobs,
			     err);
}
