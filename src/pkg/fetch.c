// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/fetch.h"

#include "base/alloc.h"
#include "pkg/fetch_priv.h"

int fetch_target_parse(const struct settings *settings, const char *text, struct fetch_target *out,
		       struct err *err)
{
	AUTO(fetch_target) struct fetch_target target = { 0 };
	struct oci_reference *reference = &target.reference;

	if (oci_reference_parse(text, reference, err) < 0 ||
	    settings_places(settings, reference, &target.places, err) < 0)
		return -1;
	target.home = &target.places.items[target.places.n_items - 1];
	free(reference->registry);
	free(reference->repository);
	reference->registry = mem_text(target.home->registry);
	reference->repository = mem_text(target.home->repository);
	if (!reference->tag && !reference->digest.text[0])
		reference->tag = mem_text("latest");
	target.name = oci_reference_text(reference);
	*out = target;
	out->what = out->reference.digest.text[0] ? out->reference.digest.text : out->reference.tag;
	target = (struct fetch_target){ 0 };
	return 0;
}

void fetch_target_done(struct fetch_target *target)
{
	oci_reference_done(&target->reference);
	settings_places_done(&target->places);
	free(target->name);
	*target = (struct fetch_target){ 0 };
}

int fetch_name(const struct settings *settings, const char *text, char **out, struct err *err)
{
	AUTO(fetch_target) struct fetch_target target = { 0 };

	if (fetch_target_parse(settings, text, &target, err) < 0)
		return -1;
	*out = STEAL(target.name);
	return 0;
}

void fetch_report_done(struct fetch_report *report)
{
	for (size_t i = 0; i < report->n_blobs; i++)
		free(report->blobs[i].label);
	free(report->blobs);
	free(report->reference);
	free(report->source);
	free(report->media_type);
	trust_decision_done(&report->decision);
	*report = (struct fetch_report){ 0 };
}

void fetch_report_fill(struct fetch_report *report, const struct oci_transfer *transfer)
{
	const struct oci_node *root = transfer->nodes[0];

	report->media_type = mem_text(root->document.media_type);
	report->digest = root->document.digest;
	for (size_t i = 0; i < transfer->n_nodes; i++) {
		report->size_bytes += transfer->nodes[i]->document.text.len;
		if (transfer->nodes[i]->subject.text[0])
			report->n_referrers++;
		else if (!transfer->nodes[i]->is_origin)
			report->n_manifests++;
	}
	report->blobs = mem_array(transfer->n_items + 1, sizeof(*report->blobs));
	report->n_blobs = transfer->n_items;
	for (size_t i = 0; i < transfer->n_items; i++) {
		const struct oci_item *item = &transfer->items[i];

		report->blobs[i] = (struct fetch_blob){ mem_text(item->label), item->digest,
							item->size_bytes, item->state };
		report->size_bytes += item->size_bytes;
		if (item->state == OCI_ITEM_SENT)
			report->moved_bytes += item->size_bytes;
	}
}

void fetch_remember(struct remote *remote, const struct oci_transfer *transfer)
{
	for (size_t i = 0; i < transfer->n_items; i++)
		remote_add(remote, &transfer->items[i].digest);
}

int fetch_store_referrers(struct store *store, const struct oci_digest *subject,
			  struct oci_index **out, struct err *err)
{
	return store ? store_referrers_all(store, subject, out, err) : 0;
}

int fetch_read_item(struct oci_layout *layout, const struct oci_item *item, struct str *out,
		    struct err *err)
{
	size_t n = 0;
	char *room;

	if (!item->blob)
		return oci_layout_get(layout, &item->digest, item->size_bytes, out, err);
	room = item->size_bytes <= out->max ? str_room(out, item->size_bytes) : NULL;
	if (!room)
		return err_set(err, EC_CORRUPT, "%s: more than %zu bytes", item->digest.text,
			       out->max);
	if (oci_blob_read(item->blob, 0, room, item->size_bytes, &n, err) < 0)
		return -1;
	out->len += n;
	return 0;
}
