// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "pkg/fetch_priv.h"
#include "pkg/signatures.h"

/* A pull on its way. */
struct pulling {
	const struct fetch *fetch;
	struct store *store;
	struct fetch_target target;
	struct remote remote;
	struct remote_tag seen; /* of the tag, where the store still has it; else empty */
	struct remote_tag now;
	struct oci_repository *from;
	char *place; /* what rules of trust are found by */
	bool is_unchanged;
	struct trust_decision decision;
};

static void pulling_done(struct pulling *pulling)
{
	fetch_target_done(&pulling->target);
	remote_done(&pulling->remote);
	free(pulling->place);
	trust_decision_done(&pulling->decision);
}

AUTO_STRUCT(pulling, struct pulling, pulling_done);

/* The name without the digest that was typed with it; NULL: it has no tag. */
static char *name_in_store(const struct fetch_target *target)
{
	const struct oci_reference *reference = &target->reference;

	if (!reference->tag)
		return NULL;
	return mem_printf("%s/%s:%s", reference->registry, reference->repository, reference->tag);
}

/*
 * Whether the store has what it takes to trust it; else signatures may have come since, and the
 * registry is asked for all of it again. Without a policy all is well.
 */
static bool is_trusted_here(struct pulling *pulling, const char *what)
{
	AUTO(trust_decision) struct trust_decision decision = { 0 };
	AUTO(store_target) struct store_target target = { 0 };
	struct err err = { 0 };

	if (!pulling->fetch->trust)
		return true;
	if (store_resolve(pulling->store, what, &target, &err) < 0 ||
	    trust_decide_stored(pulling->fetch->trust, pulling->store, &target, &target.digest,
				&decision, &err) < 0 ||
	    !decision.ground)
		return false;
	trust_decision_done(&pulling->decision);
	pulling->decision = decision;
	decision = (struct trust_decision){ 0 };
	return true;
}

/* Whether the store has, whole and under this name, what came of the tag last time. */
static void look_at_home(struct pulling *pulling)
{
	AUTO(store_target) struct store_target target = { 0 };
	AUTO(free) char *name = name_in_store(&pulling->target);
	const struct oci_reference *reference = &pulling->target.reference;
	struct remote_tag seen = { 0 };
	struct err err = { 0 };
	const char *wanted;

	if (!name || reference->digest.text[0] ||
	    !remote_tag(&pulling->remote, reference->tag, &seen) ||
	    store_resolve(pulling->store, name, &target, &err) < 0)
		return;
	/* then everything of an index was taken, or what was for one architecture */
	wanted = pulling->fetch->architecture ? pulling->fetch->architecture : "";
	if (seen.architecture[0] || oci_type_is_index(target.media_type))
		if (strcmp(seen.architecture, wanted))
			return;
	if (oci_digest_equal(&target.digest, &seen.resolved) &&
	    store_is_complete(pulling->store, &target) && is_trusted_here(pulling, name))
		pulling->seen = seen;
}

static int get_from(struct pulling *pulling, const struct settings_place *place,
		    struct oci_document *root, struct err *err)
{
	const struct oci_digest *known = &pulling->seen.digest;
	struct oci_access access = { place->registry, place->repository, "pull", NULL };

	if (oci_repository_open(pulling->fetch->client, &access, &pulling->from, err) < 0)
		return -1;
	return oci_manifest_get(pulling->from, pulling->target.what, known->text[0] ? known : NULL,
				root, &pulling->is_unchanged, err);
}

/* Mirrors in their order, then the registry itself. What a mirror says last is not kept. */
static int get_root(struct pulling *pulling, struct oci_document *root, char **out_place,
		    struct err *err)
{
	const struct settings_places *places = &pulling->target.places;

	for (size_t i = 0; i < places->n_items; i++) {
		const struct settings_place *place = &places->items[i];

		if (get_from(pulling, place, root, err) == 0) {
			if (place->is_mirror)
				*out_place =
					mem_printf("%s/%s", place->registry, place->repository);
			return 0;
		}
		if (!place->is_mirror)
			return -1;
		log_note("mirror %s/%s: %s", place->registry, place->repository, err->text);
		*err = (struct err){ 0 };
	}
	return -1; /* there is always one that is no mirror */
}

/* Of an index the manifest for the platform takes its place; it itself goes to out_index. */
static int choose(struct pulling *pulling, struct oci_document *root,
		  struct oci_document *out_index, char **architecture, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	const struct fetch *fetch = pulling->fetch;
	const struct oci_descriptor *one;
	bool is_same = false;

	if (!fetch->architecture || !oci_type_is_index(root->media_type))
		return 0;
	if (oci_index_read(root->json, "image index", &index, err) < 0)
		return -1;
	one = oci_index_find(index, fetch->os, fetch->architecture);
	if (!one) {
		oci_index_lacks(index, fetch->os, fetch->architecture, err);
		return err_hint(err, "--all-platforms takes everything it has");
	}
	*out_index = *root;
	*root = (struct oci_document){ 0 };
	*architecture = mem_text(one->architecture);
	return oci_manifest_get(pulling->from, one->digest.text, NULL, root, &is_same, err);
}

/* Anybody who may write to a repository may put signatures there. */
static const struct oci_guests guests = {
	.n_max = SIGNATURES_MAX,
	.manifest_max = 1u << 20,
	.layers_max = SIGNATURE_LAYERS_MAX,
	.all_layers_max = 2 * SIGNATURES_MAX,
	.bytes_max = LIMIT_SIGNED,
	.all_bytes_max = SIGNATURES_BYTES_MAX,
};

static void say_left_out(const struct oci_transfer *transfer)
{
	if (transfer->n_left_out)
		log_warn("%zu signature%s or other referrer%s left out: %s", transfer->n_left_out,
			 transfer->n_left_out == 1 ? "" : "s",
			 transfer->n_left_out == 1 ? " is" : "s are", transfer->left_out.text);
}

/* Signatures are kept with what they are of, where a decision may depend on them. */
static bool wants_referrers(const struct pulling *pulling)
{
	const struct fetch *fetch = pulling->fetch;

	return fetch->wants_referrers ||
	       (fetch->trust && trust_needs_signatures(fetch->trust, pulling->place));
}

/* Before any of it is in the store. */
static int judge(struct pulling *pulling, const struct oci_transfer *transfer,
		 const struct fetch_judged *root, struct err *err)
{
	struct fetch_judged judged = *root;

	judged.trust = pulling->fetch->trust;
	judged.name = pulling->target.name;
	judged.place = pulling->place;
	if (!judged.trust)
		return 0;
	trust_decision_done(&pulling->decision); /* of what was here */
	return fetch_judge(&judged, transfer, pulling->store, &pulling->decision, err);
}

static int bring(struct pulling *pulling, struct oci_document *root, struct fetch_report *report,
		 struct err *err)
{
	const struct fetch *fetch = pulling->fetch;
	struct oci_transfer_settings settings = {
		.from.repository = pulling->from,
		.to.layout = store_layout(pulling->store),
		.wants_referrers = wants_referrers(pulling),
		.guests = &guests,
		.leaves_out = fetch->leaves_out,
		.watch = fetch->watch,
	};
	AUTO(oci_transfer) struct oci_transfer *transfer = NULL;
	AUTO(oci_document) struct oci_document index = { 0 };
	AUTO(free) char *architecture = NULL;
	AUTO(free) char *name = name_in_store(&pulling->target);
	AUTO(free) char *media_type = mem_text(root->media_type);
	struct fetch_judged judged = { .digest = root->digest,
				       .media_type = media_type,
				       .size_bytes = root->text.len };
	const char *names[] = { name };
	struct fetch_kept kept = { .names = names,
				   .n_names = name ? 1 : 0,
				   .origin = pulling->place };

	pulling->now.digest = root->digest;
	if (choose(pulling, root, &index, &architecture, err) < 0)
		return -1;
	pulling->now.resolved = root->digest;
	if (architecture)
		snprintf(pulling->now.architecture, sizeof(pulling->now.architecture), "%s",
			 architecture);
	if (oci_transfer_new(&settings, root, &transfer, err) < 0 ||
	    (index.text.len && oci_transfer_add_origin(transfer, &index, err) < 0))
		return -1;
	transfer->nodes[0]->architecture = STEAL(architecture);
	if (oci_transfer_collect(transfer, err) < 0 || oci_transfer_blobs(transfer, err) < 0)
		return -1;
	say_left_out(transfer);
	if (judge(pulling, transfer, &judged, err) < 0 ||
	    fetch_keep(pulling->store, transfer, &kept, err) < 0)
		return -1;
	fetch_report_fill(report, transfer);
	fetch_remember(&pulling->remote, transfer);
	return 0;
}

static int report_as_it_is(struct pulling *pulling, const struct oci_digest *digest,
			   struct fetch_report *report, struct err *err)
{
	AUTO(store_target) struct store_target target = { 0 };

	if (store_resolve(pulling->store, digest->text, &target, err) < 0)
		return -1;
	report->is_unchanged = true;
	report->digest = target.digest;
	report->media_type = mem_text(target.media_type);
	return 0;
}

/* A digest that is here needs nobody. 1: so it is */
static int have_digest(struct pulling *pulling, struct fetch_report *report, struct err *err)
{
	AUTO(store_target) struct store_target target = { 0 };
	AUTO(free) char *name = name_in_store(&pulling->target);
	const struct oci_digest *digest = &pulling->target.reference.digest;
	const char *names[] = { name };
	struct err none = { 0 };

	if (!digest->text[0] || store_resolve(pulling->store, digest->text, &target, &none) < 0 ||
	    !store_is_complete(pulling->store, &target))
		return 0;
	if (pulling->fetch->architecture && oci_type_is_index(target.media_type))
		return 0;
	if (!is_trusted_here(pulling, digest->text))
		return 0;
	if (name && store_set_names(pulling->store, &target, names, 1, err) < 0)
		return -1;
	return report_as_it_is(pulling, digest, report, err) < 0 ? -1 : 1;
}

static int pull(struct pulling *pulling, struct fetch_report *report, struct err *err)
{
	AUTO(oci_document) struct oci_document root = { 0 };
	const struct oci_reference *reference = &pulling->target.reference;
	int rc = have_digest(pulling, report, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	look_at_home(pulling);
	if (get_root(pulling, &root, &report->source, err) < 0)
		return -1;
	if (pulling->is_unchanged)
		return report_as_it_is(pulling, &pulling->seen.resolved, report, err);
	if (bring(pulling, &root, report, err) < 0)
		return err->code == EC_UNTRUSTED ? -1 : err_wrap(err, "%s", pulling->target.name);
	if (reference->tag && !reference->digest.text[0])
		remote_set_tag(&pulling->remote, reference->tag, &pulling->now);
	remote_save(&pulling->remote);
	return 0;
}

int fetch_pull(const struct fetch *fetch, struct store *store, const char *text,
	       struct fetch_report *out, struct err *err)
{
	AUTO(pulling) struct pulling pulling = { .fetch = fetch, .store = store };
	AUTO(fetch_report) struct fetch_report report = { 0 };

	if (fetch_target_parse(fetch->settings, text, &pulling.target, err) < 0)
		return -1;
	remote_open(fetch->home, pulling.target.home->registry, pulling.target.home->repository,
		    &pulling.remote);
	pulling.place = policy_place(pulling.target.reference.registry,
				     pulling.target.reference.repository);
	report.reference = mem_text(pulling.target.name);
	if (pull(&pulling, &report, err) < 0)
		return -1;
	report.decision = pulling.decision;
	pulling.decision = (struct trust_decision){ 0 };
	*out = report;
	report = (struct fetch_report){ 0 };
	return 0;
}
