// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "pkg/fetch_priv.h"

struct sending {
	const struct fetch_sender *sender;
	const struct fetch_send *what;
};

static bool is_wanted(const struct fetch_send *what, const struct oci_digest *digest)
{
	for (size_t i = 0; i < what->n_referrers; i++)
		if (oci_digest_equal(&what->referrers[i], digest))
			return true;
	return false;
}

static int layout_referrers(void *ctx, const struct oci_digest *subject, struct oci_index **out,
			    struct err *err)
{
	const struct sending *sending = ctx;
	AUTO(oci_index) struct oci_index *index = NULL;
	size_t n = 0;

	if (fetch_store_referrers(sending->sender->store, subject, &index, err) < 0)
		return -1;
	for (size_t i = 0; index && i < index->n_manifests; i++) {
		if (is_wanted(sending->what, &index->manifests[i].digest))
			index->manifests[n++] = index->manifests[i];
		else
			oci_descriptor_done(&index->manifests[i]);
	}
	if (index)
		index->n_manifests = n;
	*out = STEAL(index);
	return 0;
}

static bool is_there(void *ctx, const struct oci_digest *digest)
{
	return remote_has(((struct sending *)ctx)->sender->remote, digest);
}

int fetch_send_to(const struct fetch_sender *sender, const struct fetch_send *what,
		  struct fetch_report *report, struct err *err)
{
	struct oci_layout *layout = store_layout(sender->store);
	struct sending sending = { sender, what };
	struct oci_transfer_settings settings = {
		.from.layout = layout,
		.to.repository = sender->to,
		.wants_referrers = true,
		.has_only_referrers = true,
		.layout_referrers = layout_referrers,
		.is_there = is_there,
		.ctx = &sending,
		.single_post = &sender->remote->single_post,
		.watch = sender->fetch->watch,
	};
	AUTO(oci_document) struct oci_document root = { 0 };
	AUTO(oci_transfer) struct oci_transfer *transfer = NULL;

	if (oci_layout_document(layout, &what->subject, UINT64_MAX, &root, err) < 0 ||
	    oci_transfer_new(&settings, &root, &transfer, err) < 0 ||
	    oci_transfer_collect(transfer, err) < 0 || oci_transfer_blobs(transfer, err) < 0 ||
	    oci_transfer_name(transfer, NULL, 0, err) < 0)
		return err_wrap(err, "%s", what->target);
	fetch_report_fill(report, transfer);
	fetch_remember(sender->remote, transfer);
	remote_save(sender->remote);
	return 0;
}

int fetch_send(const struct fetch *fetch, struct store *store, const struct fetch_send *what,
	       struct fetch_report *out, struct err *err)
{
	AUTO(fetch_target) struct fetch_target target = { 0 };
	AUTO(remote) struct remote remote = { 0 };
	AUTO(fetch_report) struct fetch_report report = { 0 };
	struct fetch_sender sender = { .fetch = fetch, .store = store, .remote = &remote };
	struct oci_access access = { .actions = "pull,push" };

	if (fetch_target_parse(fetch->settings, what->target, &target, err) < 0)
		return -1;
	access.registry = target.home->registry;
	access.name = target.home->repository;
	remote_open(fetch->home, access.registry, access.name, &remote);
	if (oci_repository_open(fetch->client, &access, &sender.to, err) < 0 ||
	    fetch_send_to(&sender, what, &report, err) < 0)
		return -1;
	report.reference = STEAL(target.name);
	*out = report;
	report = (struct fetch_report){ 0 };
	return 0;
}
