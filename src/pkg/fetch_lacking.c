// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Which referrers of the store a registry does not list. */
#include "base/alloc.h"
#include "oci/mediatype.h"
#include "oci/referrers.h"
#include "oci/tagged.h"
#include "pkg/fetch_priv.h"

void digest_list_add(struct digest_list *list, const struct oci_digest *digest)
{
	ARRAY_ROOM(list->items, list->n_items, list->cap);
	list->items[list->n_items++] = *digest;
}

bool digest_list_has(const struct digest_list *list, const struct oci_digest *digest)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (oci_digest_equal(&list->items[i], digest))
			return true;
	return false;
}

void digest_list_done(struct digest_list *list)
{
	free(list->items);
	*list = (struct digest_list){ 0 };
}

/* One manifest that something in the store refers to. */
struct asking {
	struct oci_digest subject;
	struct oci_index *here;
	struct digest_list *lacking;
};

struct looking {
	struct store *store;
	struct digest_list subjects;
	struct asking *askings;
	size_t n_askings, cap;
};

static void looking_done(struct looking *looking)
{
	digest_list_done(&looking->subjects);
	for (size_t i = 0; i < looking->n_askings; i++)
		oci_index_free(looking->askings[i].here);
	free(looking->askings);
}

AUTO_STRUCT(looking, struct looking, looking_done);

static void add_subject(struct looking *looking, const struct oci_digest *digest)
{
	if (!digest_list_has(&looking->subjects, digest) &&
	    looking->subjects.n_items < OCI_TRANSFER_NODES)
		digest_list_add(&looking->subjects, digest);
}

static void add_all(struct looking *looking, const struct oci_index *index)
{
	for (size_t i = 0; i < index->n_manifests; i++)
		add_subject(looking, &index->manifests[i].digest);
}

/* Of an index the manifests in it; what is not here has nothing that refers to it either. */
static void add_children(struct looking *looking, const struct oci_digest *digest)
{
	AUTO(oci_document) struct oci_document document = { 0 };
	AUTO(oci_index) struct oci_index *index = NULL;
	struct err none;

	if (oci_layout_document(store_layout(looking->store), digest, UINT64_MAX, &document,
				&none) == 0 &&
	    oci_type_is_index(document.media_type) &&
	    oci_index_read(document.json, "image index", &index, &none) == 0)
		add_all(looking, index);
}

static int look_at(struct looking *looking, const struct oci_digest *subject, struct err *err)
{
	AUTO(oci_index) struct oci_index *here = NULL;

	add_children(looking, subject);
	if (fetch_store_referrers(looking->store, subject, &here, err) < 0)
		return -1;
	if (!here || !here->n_manifests)
		return 0;
	add_all(looking, here);
	ARRAY_ROOM(looking->askings, looking->n_askings, looking->cap);
	looking->askings[looking->n_askings++] =
		(struct asking){ .subject = *subject, .here = STEAL(here) };
	return 0;
}

/* The tag that a referrer is found by; NULL: it is in a list. */
static const char *tag_of(const struct oci_descriptor *referrer)
{
	const char *tag = oci_annotation(referrer->annotations, OCI_KEY_REF_NAME);

	return tag && oci_tag_suffix(tag) ? tag : NULL;
}

static bool is_listed(const struct oci_index *index, const struct oci_digest *digest)
{
	for (size_t i = 0; i < index->n_manifests; i++)
		if (oci_digest_equal(&index->manifests[i].digest, digest))
			return true;
	return false;
}

static int on_listed(void *ctx, const struct oci_index *index, struct err *err)
{
	const struct asking *asking = ctx;

	(void)err;
	for (size_t i = 0; i < asking->here->n_manifests; i++)
		if (!tag_of(&asking->here->manifests[i]) &&
		    !is_listed(index, &asking->here->manifests[i].digest))
			digest_list_add(asking->lacking, &asking->here->manifests[i].digest);
	return 0;
}

/* One that is found by a tag. */
struct comparing {
	struct oci_layout *layout;
	const struct oci_descriptor *here;
	struct digest_list *lacking;
};

/* Others may have added theirs: what counts is that ours are in it. */
static int on_tagged(void *ctx, struct oci_document *there, bool is_same, struct err *err)
{
	const struct comparing *comparing = ctx;
	AUTO(oci_document) struct oci_document document = { 0 };
	AUTO(oci_manifest) struct oci_manifest *own = NULL;
	AUTO(oci_manifest) struct oci_manifest *all = NULL;

	if (is_same)
		return 0;
	if (oci_layout_document(comparing->layout, &comparing->here->digest,
				comparing->here->size_bytes, &document, err) < 0)
		return -1;
	if (!oci_type_is_manifest(document.media_type) ||
	    !oci_type_is_manifest(there->media_type) ||
	    !oci_tagged_is_list(tag_of(comparing->here)) ||
	    oci_manifest_read(document.json, "manifest", &own, err) < 0 ||
	    oci_manifest_read(there->json, "manifest", &all, err) < 0 || oci_tagged_merge(all, own))
		digest_list_add(comparing->lacking, &comparing->here->digest);
	*err = (struct err){ 0 };
	return 0;
}

static int on_no_tag(void *ctx, struct err *err)
{
	const struct comparing *comparing = ctx;

	*err = (struct err){ 0 };
	digest_list_add(comparing->lacking, &comparing->here->digest);
	return 0;
}

static void compare_start(struct looking *looking, struct oci_repository *repository,
			  const struct oci_descriptor *here, struct digest_list *lacking)
{
	struct comparing *comparing = mem_alloc(sizeof(*comparing));
	const struct oci_manifest_get get = {
		.repository = repository,
		.reference = tag_of(here),
		.known = &here->digest,
		.size_bytes = UINT64_MAX,
		.done = on_tagged,
		.missing = on_no_tag,
		.release = free,
		.ctx = comparing,
	};

	*comparing = (struct comparing){ store_layout(looking->store), here, lacking };
	oci_manifest_get_start(&get);
}

/* The list of referrers, and tags; all at once. */
static void ask(struct looking *looking, struct oci_repository *repository, struct asking *asking)
{
	const struct oci_index *here = asking->here;
	struct oci_referrers_get get = { .repository = repository,
					 .subject = asking->subject,
					 .done = on_listed,
					 .ctx = asking };
	size_t n_tagged = 0;

	for (size_t i = 0; i < here->n_manifests; i++) {
		if (!tag_of(&here->manifests[i]))
			continue;
		compare_start(looking, repository, &here->manifests[i], asking->lacking);
		n_tagged++;
	}
	if (n_tagged < here->n_manifests)
		oci_referrers_get_start(&get);
}

/* A referrer of what is itself a referrer is reached through that. */
static void add_way(const struct looking *looking, struct digest_list *out)
{
	for (size_t i = looking->n_askings; i-- > 0;) {
		const struct asking *asking = &looking->askings[i];
		bool leads = false;

		for (size_t k = 0; k < asking->here->n_manifests; k++)
			leads = leads || digest_list_has(out, &asking->here->manifests[k].digest);
		if (leads)
			digest_list_add(out, &asking->subject);
	}
}

int fetch_find_lacking(struct store *store, struct oci_repository *repository,
		       const struct oci_digest *root, struct digest_list *out, struct err *err)
{
	AUTO(looking) struct looking looking = { .store = store };

	add_subject(&looking, root);
	for (size_t i = 0; i < looking.subjects.n_items; i++) {
		struct oci_digest subject = looking.subjects.items[i];

		if (look_at(&looking, &subject, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < looking.n_askings; i++) {
		looking.askings[i].lacking = out;
		ask(&looking, repository, &looking.askings[i]);
	}
	if (looking.n_askings && oci_client_run(repository->client, NULL, err) < 0)
		return -1;
	add_way(&looking, out);
	return 0;
}
