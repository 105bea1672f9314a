// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/log.h"
#include "pkg/fetch_priv.h"

struct pushing {
	const struct fetch *fetch;
	const struct fetch_push *push;
	struct store *store;
	struct fetch_target target;
	struct store_target source;
	struct remote remote;
	struct oci_repository *to;
	const char
		*other; /* a repository of the registry that blobs may be mounted from, or NULL */
	const char **tags;
	size_t n_tags;
};

static void pushing_done(struct pushing *pushing)
{
	fetch_target_done(&pushing->target);
	store_target_done(&pushing->source);
	remote_done(&pushing->remote);
	free(pushing->tags);
}

AUTO_STRUCT(pushing, struct pushing, pushing_done);

/* What a target without a source means: itself, else the same last name and tag, else its latest. */
static int find_source(struct pushing *pushing, struct err *err)
{
	const struct oci_reference *reference = &pushing->target.reference;
	const char *base = oci_reference_base(reference);
	AUTO(free)
	char *same = mem_printf("%s:%s", base, reference->tag ? reference->tag : "latest");
	AUTO(free) char *latest = mem_printf("%s:latest", base);
	const char *tries[] = { pushing->target.name, same, latest };
	struct err first = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		if (store_resolve(pushing->store, tries[i], &pushing->source, err) == 0)
			return 0;
		if (err->code != EC_NOT_FOUND)
			return -1;
		if (!i)
			first = *err;
	}
	*err = first;
	err_set(err, EC_NOT_FOUND, "the store has none of %s, %s and %s", tries[0], same, latest);
	return err_hint(err, "'epm build -t %s' makes one; 'epm ls' lists what is there", same);
}

static int resolve(struct pushing *pushing, struct err *err)
{
	const struct oci_reference *reference = &pushing->target.reference;

	if (pushing->push->source) {
		if (store_resolve(pushing->store, pushing->push->source, &pushing->source, err) < 0)
			return -1;
	} else if (find_source(pushing, err) < 0) {
		return -1;
	}
	if (reference->digest.text[0] &&
	    !oci_digest_equal(&reference->digest, &pushing->source.digest))
		return err_set(err, EC_USAGE, "%s is %s, which is not the digest to push",
			       pushing->source.name ? pushing->source.name : "it",
			       pushing->source.digest.text);
	return 0;
}

static void add_tag(struct pushing *pushing, const char *tag)
{
	for (size_t i = 0; i < pushing->n_tags; i++)
		if (!strcmp(pushing->tags[i], tag))
			return;
	pushing->tags[pushing->n_tags++] = tag;
}

static int list_tags(struct pushing *pushing, struct err *err)
{
	const struct fetch_push *push = pushing->push;

	pushing->tags = mem_array(push->n_tags + 1, sizeof(*pushing->tags));
	if (pushing->target.reference.tag)
		pushing->tags[pushing->n_tags++] = pushing->target.reference.tag;
	for (size_t i = 0; i < push->n_tags; i++) {
		if (!oci_tag_is_valid(push->tags[i]))
			return err_set(err, EC_USAGE, "'%s' is no tag", push->tags[i]);
		add_tag(pushing, push->tags[i]);
	}
	return 0;
}

static int moved(const struct pushing *pushing, const char *tag, const struct oci_digest *found,
		 bool was_seen, struct err *err)
{
	const struct oci_reference *reference = &pushing->target.reference;

	err_set(err, EC_EXISTS, "%s/%s:%s is %.19s… there, %s", reference->registry,
		reference->repository, tag, found->text,
		was_seen ? "another than was last seen from here" : "and was never seen from here");
	return err_hint(err, "'epm pull' it to see what it is; without --no-clobber it is "
			     "overwritten");
}

/*
 * A tag that was seen before is asked for: it may be what is to be pushed. One that was not is asked
 * for only by the careful, for whom it must be absent or ours.
 */
static int look_at_tag(struct pushing *pushing, const char *tag, bool *is_done, struct err *err)
{
	struct remote_tag seen = { 0 };
	bool was_seen = remote_tag(&pushing->remote, tag, &seen);
	bool is_ours = was_seen && oci_digest_equal(&seen.digest, &pushing->source.digest);
	struct oci_digest found = { 0 };

	*is_done = false;
	if (!is_ours && !pushing->push->is_careful)
		return 0;
	if (oci_tag_resolve(pushing->to, tag, &found, err) < 0) {
		if (err->code != EC_NOT_FOUND)
			return -1;
		*err = (struct err){ 0 };
		return 0;
	}
	*is_done = oci_digest_equal(&found, &pushing->source.digest);
	if (*is_done || !pushing->push->is_careful ||
	    (was_seen && oci_digest_equal(&found, &seen.digest)))
		return 0;
	return moved(pushing, tag, &found, was_seen, err);
}

/* Keeps those that are to be set. */
static int look_at_tags(struct pushing *pushing, struct err *err)
{
	size_t n = 0;
	bool is_done;

	for (size_t i = 0; i < pushing->n_tags; i++) {
		if (look_at_tag(pushing, pushing->tags[i], &is_done, err) < 0)
			return -1;
		if (!is_done)
			pushing->tags[n++] = pushing->tags[i];
	}
	pushing->n_tags = n;
	return 0;
}

static bool is_there(void *ctx, const struct oci_digest *digest)
{
	return remote_has(&((struct pushing *)ctx)->remote, digest);
}

static const char *mount_from(void *ctx, const struct oci_digest *digest)
{
	const struct pushing *pushing = ctx;

	return pushing->other && remote_has_at(&pushing->remote, pushing->other, digest)
		       ? pushing->other
		       : NULL;
}

static int layout_referrers(void *ctx, const struct oci_digest *subject, struct oci_index **out,
			    struct err *err)
{
	return fetch_store_referrers(((struct pushing *)ctx)->store, subject, out, err);
}

static void remember(struct pushing *pushing, const struct oci_transfer *transfer)
{
	struct remote_tag seen = { pushing->source.digest, pushing->source.digest, "" };

	fetch_remember(&pushing->remote, transfer);
	for (size_t i = 0; i < pushing->n_tags; i++)
		remote_set_tag(&pushing->remote, pushing->tags[i], &seen);
	remote_save(&pushing->remote);
}

/* The first other repository that has a blob which this one lacks: a token can be for both. */
static const char *find_other(struct pushing *pushing, const struct oci_document *root)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = NULL;
	struct err err = { 0 };
	const char *other = NULL;

	if (!remote_has_others(&pushing->remote) || !oci_type_is_manifest(root->media_type) ||
	    oci_manifest_read(root->json, "manifest", &manifest, &err) < 0)
		return NULL;
	for (size_t i = 0; !other && i < manifest->n_layers; i++)
		if (!remote_has(&pushing->remote, &manifest->layers[i].digest))
			other = remote_other_with(&pushing->remote, &manifest->layers[i].digest);
	return other;
}

static int send_all(struct pushing *pushing, struct oci_document *root, struct fetch_report *report,
		    struct err *err)
{
	struct oci_transfer_settings settings = {
		.from.layout = store_layout(pushing->store),
		.to.repository = pushing->to,
		.wants_referrers = pushing->fetch->wants_referrers,
		.layout_referrers = layout_referrers,
		.is_there = is_there,
		.mount_from = mount_from,
		.ctx = pushing,
		.single_post = &pushing->remote.single_post,
		.watch = pushing->fetch->watch,
	};
	AUTO(oci_transfer) struct oci_transfer *transfer = NULL;

	if (oci_transfer_new(&settings, root, &transfer, err) < 0 ||
	    oci_transfer_collect(transfer, err) < 0 || oci_transfer_blobs(transfer, err) < 0 ||
	    oci_transfer_name(transfer, pushing->tags, pushing->n_tags, err) < 0)
		return err_wrap(err, "%s", pushing->target.name);
	fetch_report_fill(report, transfer);
	remember(pushing, transfer);
	return 0;
}

static int open_target(struct pushing *pushing, struct err *err)
{
	const struct oci_reference *reference = &pushing->target.reference;
	struct oci_access access = { reference->registry, reference->repository, "pull,push",
				     pushing->other };

	return oci_repository_open(pushing->fetch->client, &access, &pushing->to, err);
}

/* Every tag was seen with this digest: likely there is nothing to do, and nothing need be read. */
static bool is_likely_done(const struct pushing *pushing)
{
	struct remote_tag seen = { 0 };

	for (size_t i = 0; i < pushing->n_tags; i++)
		if (!remote_tag(&pushing->remote, pushing->tags[i], &seen) ||
		    !oci_digest_equal(&seen.digest, &pushing->source.digest))
			return false;
	return pushing->n_tags > 0;
}

static int report_unchanged(const struct pushing *pushing, struct fetch_report *report)
{
	report->is_unchanged = true;
	report->digest = pushing->source.digest;
	report->media_type = mem_text(pushing->source.media_type);
	return 0;
}

/* The package is there; what refers to it may have come since. */
static int send_referrers(struct pushing *pushing, struct fetch_report *report, struct err *err)
{
	AUTO(digest_list) struct digest_list lacking = { 0 };
	const struct fetch_sender sender = { pushing->fetch, pushing->store, &pushing->remote,
					     pushing->to };
	struct fetch_send send = { .target = pushing->target.name,
				   .subject = pushing->source.digest };

	if (!pushing->fetch->wants_referrers)
		return report_unchanged(pushing, report);
	if (fetch_find_lacking(pushing->store, pushing->to, &send.subject, &lacking, err) < 0)
		return err_wrap(err, "%s", pushing->target.name);
	if (!lacking.n_items)
		return report_unchanged(pushing, report);
	send.referrers = lacking.items;
	send.n_referrers = lacking.n_items;
	return fetch_send_to(&sender, &send, report, err);
}

static int push(struct pushing *pushing, struct fetch_report *report, struct err *err)
{
	AUTO(oci_document) struct oci_document root = { 0 };
	bool had_tags = pushing->n_tags > 0, is_likely = is_likely_done(pushing);

	if (is_likely && (open_target(pushing, err) < 0 || look_at_tags(pushing, err) < 0))
		return -1;
	if (is_likely && !pushing->n_tags)
		return send_referrers(pushing, report, err);
	if (oci_layout_document(store_layout(pushing->store), &pushing->source.digest,
				pushing->source.size_bytes, &root, err) < 0)
		return -1;
	pushing->other = find_other(pushing, &root);
	if (open_target(pushing, err) < 0 || (!is_likely && look_at_tags(pushing, err) < 0))
		return -1;
	if (pushing->n_tags || !had_tags)
		return send_all(pushing, &root, report, err);
	return send_referrers(pushing, report, err);
}

int fetch_push_source(const struct fetch *fetch, struct store *store, const struct fetch_push *what,
		      struct store_target *out, struct err *err)
{
	AUTO(pushing) struct pushing pushing = { .fetch = fetch, .push = what, .store = store };

	if (fetch_target_parse(fetch->settings, what->target, &pushing.target, err) < 0 ||
	    resolve(&pushing, err) < 0)
		return -1;
	*out = pushing.source;
	pushing.source = (struct store_target){ 0 };
	return 0;
}

int fetch_push(const struct fetch *fetch, struct store *store, const struct fetch_push *what,
	       struct fetch_report *out, struct err *err)
{
	AUTO(pushing) struct pushing pushing = { .fetch = fetch, .push = what, .store = store };
	AUTO(fetch_report) struct fetch_report report = { 0 };

	if (fetch_target_parse(fetch->settings, what->target, &pushing.target, err) < 0 ||
	    resolve(&pushing, err) < 0 || list_tags(&pushing, err) < 0)
		return -1;
	remote_open(fetch->home, pushing.target.home->registry, pushing.target.home->repository,
		    &pushing.remote);
	report.reference = mem_text(pushing.target.name);
	report.source = mem_text(pushing.source.name);
	if (push(&pushing, &report, err) < 0)
		return -1;
	*out = report;
	report = (struct fetch_report){ 0 };
	return 0;
}
