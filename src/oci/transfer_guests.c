// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Referrers that nobody asked for by name: whoever may write to a repository may put thousands of
 * them beside a package, or broken ones. They are taken while they are few and small, and none of
 * them keeps the package from coming.
 */
#include "base/alloc.h"
#include "oci/transfer_priv.h"

bool oci_guest_is(const struct oci_transfer *transfer, const struct oci_node *model)
{
	return transfer->settings->guests && model->subject.text[0];
}

int oci_guest_leave_out(struct oci_transfer *transfer, struct err *err)
{
	if (err->code == EC_FAILED) /* of this machine's, a full disk */
		return -1;
	if (!transfer->n_left_out++)
		transfer->left_out = *err;
	*err = (struct err){ 0 };
	return 0;
}

int oci_guest_is_welcome(struct oci_transfer *transfer, uint64_t size_bytes, struct err *err)
{
	const struct oci_guests *guests = transfer->settings->guests;

	if (size_bytes > guests->manifest_max)
		return err_set(err, EC_CORRUPT, "a manifest above %ju bytes",
			       (uintmax_t)guests->manifest_max);
	if (transfer->n_guests >= guests->n_max)
		return err_set(err, EC_CORRUPT, "there are more than %zu", guests->n_max);
	transfer->n_guests++;
	return 0;
}

/* Of the blobs those that would move. */
static uint64_t size_of(const struct oci_transfer *transfer, const struct oci_descriptor *blob)
{
	const struct oci_transfer_settings *settings = transfer->settings;

	return settings->leaves_out && settings->leaves_out(blob) ? 0 : blob->size_bytes;
}

int oci_guest_check(struct oci_transfer *transfer, const struct oci_node *node, struct err *err)
{
	const struct oci_guests *guests = transfer->settings->guests;
	const struct oci_manifest *manifest = node->manifest;
	const char *what = node->document.digest.text;
	uint64_t size;

	if (!manifest)
		return err_set(err, EC_UNSUPPORTED, "%s: an image index", what);
	if (manifest->n_layers > guests->layers_max ||
	    transfer->n_guest_layers + manifest->n_layers > guests->all_layers_max)
		return err_set(err, EC_CORRUPT, "%s: %zu layers are too many", what,
			       manifest->n_layers);
	if (node->document.text.len > guests->manifest_max)
		return err_set(err, EC_CORRUPT, "%s: a manifest above %ju bytes", what,
			       (uintmax_t)guests->manifest_max);
	size = node->document.text.len + size_of(transfer, &manifest->config);
	for (size_t i = 0; i < manifest->n_layers && size <= guests->bytes_max; i++)
		size += size_of(transfer, &manifest->layers[i]);
	if (size > guests->bytes_max || size > guests->all_bytes_max - transfer->guest_bytes)
		return err_set(err, EC_CORRUPT, "%s: too large (%ju bytes)", what, (uintmax_t)size);
	transfer->n_guest_layers += manifest->n_layers;
	transfer->guest_bytes += size;
	return 0;
}

static bool is_lost(const struct oci_transfer *transfer, const struct oci_descriptor *blob)
{
	const struct oci_item *item = oci_transfer_item(transfer, &blob->digest);

	return item && item->is_lost;
}

static bool has_lost(const struct oci_transfer *transfer, const struct oci_node *node)
{
	const struct oci_manifest *manifest = node->manifest;

	if (is_lost(transfer, &manifest->config))
		return true;
	for (size_t i = 0; i < manifest->n_layers; i++)
		if (is_lost(transfer, &manifest->layers[i]))
			return true;
	return false;
}

static bool names(const struct oci_node *node, const struct oci_digest *digest)
{
	const struct oci_manifest *manifest = node->manifest;

	if (oci_digest_equal(&manifest->config.digest, digest))
		return true;
	for (size_t i = 0; i < manifest->n_layers; i++)
		if (oci_digest_equal(&manifest->layers[i].digest, digest))
			return true;
	return false;
}

static bool is_needed(const struct oci_transfer *transfer, const struct oci_item *item)
{
	if (!item->is_guest)
		return true;
	for (size_t i = 0; i < transfer->n_nodes; i++)
		if (transfer->nodes[i]->is_guest && names(transfer->nodes[i], &item->digest))
			return true;
	return false;
}

void oci_guests_drop_lost(struct oci_transfer *transfer)
{
	size_t n_nodes = 0, n_items = 0, n_before = transfer->n_nodes;

	if (!transfer->has_lost)
		return;
	for (size_t i = 0; i < n_before; i++) {
		struct oci_node *node = transfer->nodes[i];

		if (node->is_guest && has_lost(transfer, node))
			oci_node_free(node);
		else
			transfer->nodes[n_nodes++] = node;
	}
	transfer->n_nodes = n_nodes;
	for (size_t i = 0; i < transfer->n_items; i++) {
		struct oci_item *item = &transfer->items[i];

		if (is_needed(transfer, item))
			transfer->items[n_items++] = *item;
		else
			oci_item_done(item);
	}
	transfer->n_items = n_items;
	transfer->n_left_out += n_before - n_nodes;
}
