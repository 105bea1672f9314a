// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "oci/mediatype.h"
#include "oci/reference.h"
#include "oci/transfer.h"
#include "pkg/trust.h"

/* "ghcr.io/x/opensnoop" of "ghcr.io/x/opensnoop:1.0"; NULL: the name has no registry. */
static char *repository_of(const char *name)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	struct err ignored;

	if (!name || oci_reference_parse(name, &reference, &ignored) < 0)
		return NULL;
	if (!reference.registry)
		return mem_text(reference.repository);
	return policy_place(reference.registry, reference.repository);
}

static bool has_registry(const char *name)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	struct err ignored;

	return oci_reference_parse(name, &reference, &ignored) == 0 && reference.registry;
}

char *trust_place_of(const struct store_target *target)
{
	char *place = NULL;

	if (target->name && (has_registry(target->name) || !target->origin))
		place = repository_of(target->name);
	if (!place)
		place = mem_text(target->origin ? target->origin : target->digest.text);
	return place;
}

/* The index must say that what is loaded is of it. */
static int check_child(struct store *store, const struct oci_digest *root,
		       const struct oci_digest *loaded, struct trust_subject *subject,
		       struct err *err)
{
	AUTO(oci_document) struct oci_document document = { 0 };
	AUTO(oci_index) struct oci_index *index = NULL;

	if (oci_layout_document(store_layout(store), root, UINT64_MAX, &document, err) < 0)
		return err_wrap(err, "the image index it was chosen from");
	if (oci_index_read(document.json, "image index", &index, err) < 0)
		return -1;
	subject->size_bytes = document.text.len;
	for (size_t i = 0; i < index->n_manifests; i++)
		if (oci_digest_equal(&index->manifests[i].digest, loaded))
			return 0;
	return err_set(err, EC_UNTRUSTED, "the image index %s has no manifest %s", root->text,
		       loaded->text);
}

/* The manifest itself: somebody here may have signed it, where nobody signed the index. */
static int decide_loaded(const struct trust *trust, const struct trust_subject *of_index,
			 const struct store_target *target, struct trust_decision *out,
			 struct err *err)
{
	AUTO(trust_decision) struct trust_decision decision = { 0 };
	struct trust_subject subject = *of_index;

	subject.digest = of_index->loaded;
	subject.media_type = target->media_type;
	subject.size_bytes = target->size_bytes;
	if (trust_decide(trust, &subject, &decision, err) < 0)
		return -1;
	if (!decision.ground)
		return 0;
	trust_decision_done(out);
	*out = decision;
	decision = (struct trust_decision){ 0 };
	return 0;
}

int trust_decide_stored(const struct trust *trust, struct store *store,
			const struct store_target *target, const struct oci_digest *loaded,
			struct trust_decision *out, struct err *err)
{
	AUTO(free) char *place = trust_place_of(target);
	bool has_root = target->root.text[0] != '\0';
	struct trust_subject subject = {
		.name = target->name ? target->name : target->digest.text,
		.place = place,
		.is_from_place = target->origin && !strcmp(target->origin, place),
		.digest = has_root ? target->root : target->digest,
		.media_type = has_root ? OCI_TYPE_INDEX : target->media_type,
		.size_bytes = target->size_bytes,
		.loaded = *loaded,
		.store = store,
	};

	if (has_root && check_child(store, &target->root, loaded, &subject, err) < 0)
		return err_wrap(err, "%s", subject.name);
	if (trust_decide(trust, &subject, out, err) < 0)
		return -1;
	return has_root && !out->ground ? decide_loaded(trust, &subject, target, out, err) : 0;
}
