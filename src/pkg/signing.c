// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/signing.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "oci/referrers.h"
#include "oci/transfer.h"
#include "pkg/signing_priv.h"
#include "sign/dsse.h"

struct making {
	const struct signing *signing;
	struct oci_descriptor *subjects;
	size_t n_subjects, subjects_cap;
	struct signing_document *documents; /* new ones */
	size_t n_documents, documents_cap;
	struct signing_report report;
};

static void making_done(struct making *making)
{
	for (size_t i = 0; i < making->n_subjects; i++)
		oci_descriptor_done(&making->subjects[i]);
	free(making->subjects);
	for (size_t i = 0; i < making->n_documents; i++)
		signing_document_done(&making->documents[i]);
	free(making->documents);
	signing_report_done(&making->report);
}

AUTO_STRUCT(making, struct making, making_done);

void signing_report_done(struct signing_report *report)
{
	for (size_t i = 0; i < report->n_results; i++)
		free(report->results[i].media_type);
	free(report->results);
	*report = (struct signing_report){ 0 };
}

static bool is_listed(const struct making *making, const struct oci_digest *digest)
{
	for (size_t i = 0; i < making->n_subjects; i++)
		if (oci_digest_equal(&making->subjects[i].digest, digest))
			return true;
	return false;
}

static int list_children(struct making *making, json_t *json, struct err *err)
{
	struct oci_layout *layout = store_layout(making->signing->store);
	AUTO(oci_index) struct oci_index *index = NULL;
	uint64_t size;

	if (oci_index_read(json, "image index", &index, err) < 0)
		return -1;
	for (size_t i = 0; i < index->n_manifests; i++) {
		const struct oci_descriptor *child = &index->manifests[i];

		if (is_listed(making, &child->digest) ||
		    (!oci_type_is_manifest(child->media_type) &&
		     !oci_type_is_index(child->media_type)))
			continue;
		if (!oci_layout_has(layout, &child->digest, &size)) {
			making->report.n_absent++;
			continue;
		}
		if (making->n_subjects == OCI_TRANSFER_NODES)
			return err_set(err, EC_CORRUPT, "more than %d manifests",
				       OCI_TRANSFER_NODES);
		ARRAY_ROOM(making->subjects, making->n_subjects, making->subjects_cap);
		making->subjects[making->n_subjects++] =
			(struct oci_descriptor){ .media_type = mem_text(child->media_type),
						 .digest = child->digest,
						 .size_bytes = child->size_bytes };
	}
	return 0;
}

/* The subject is known by its digest only; each one is read, so that nothing damaged is signed. */
static int look_at(struct making *making, size_t i, struct err *err)
{
	struct oci_layout *layout = store_layout(making->signing->store);
	struct oci_descriptor *subject = &making->subjects[i];
	AUTO(oci_document) struct oci_document document = { 0 };

	if (oci_layout_document(layout, &subject->digest, subject->size_bytes, &document, err) < 0)
		return -1;
	free(subject->media_type);
	subject->media_type = STEAL(document.media_type);
	subject->size_bytes = document.text.len;
	if (!making->signing->has_children || !oci_type_is_index(subject->media_type))
		return 0;
	return list_children(making, document.json, err);
}

static int list_subjects(struct making *making, const struct oci_digest *subject, struct err *err)
{
	if (!store_layout(making->signing->store))
		return err_set(err, EC_NOT_FOUND, "the store is empty");
	making->subjects = mem_alloc(sizeof(*making->subjects));
	making->subjects[0] =
		(struct oci_descriptor){ .digest = *subject, .size_bytes = UINT64_MAX };
	making->n_subjects = making->subjects_cap = 1;
	for (size_t i = 0; i < making->n_subjects; i++)
		if (look_at(making, i, err) < 0)
			return -1;
	return 0;
}

static const struct signature *find_same(const struct signing *signing,
					 const struct signatures *found,
					 const struct oci_digest *subject)
{
	const struct signer *signer = signing->signer;

	for (size_t i = 0; signer->has_made && i < found->n_items; i++)
		if (signing_says_same(signing, &found->items[i], subject) &&
		    signer->has_made(signer->ctx, &found->items[i]))
			return &found->items[i];
	return NULL;
}

/* What is under the tag that the new layer goes to; NULL: nothing. */
static int read_present(const struct signing *signing, const struct oci_digest *subject,
			struct oci_manifest **out, struct err *err)
{
	bool is_signature = signing_form(signing) == SIGNATURE_SIMPLE;
	AUTO(free) char *tag = oci_referrers_tag(subject, is_signature ? ".sig" : ".att");
	AUTO(oci_document) struct oci_document document = { 0 };
	AUTO(oci_index) struct oci_index *index = NULL;

	if (store_referrers_all(signing->store, subject, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < index->n_manifests; i++) {
		const struct oci_descriptor *one = &index->manifests[i];
		const char *name = oci_annotation(one->annotations, OCI_KEY_REF_NAME);

		if (!name || strcmp(name, tag) != 0)
			continue;
		if (oci_layout_document(store_layout(signing->store), &one->digest, one->size_bytes,
					&document, err) < 0)
			return -1;
		return oci_manifest_read(document.json, tag, out, err);
	}
	return 0;
}

static int sign_layer(const struct signing *signing, const struct oci_digest *subject,
		      struct span payload, struct signing_document *document, struct err *err)
{
	const struct signer *signer = signing->signer;
	AUTO(oci_manifest) struct oci_manifest *present = NULL;
	AUTO(json) json_t *annotations = json_object();
	int rc;

	if (signing_form(signing) == SIGNATURE_SIMPLE) {
		str_add(&document->layer, payload.data, payload.len);
		rc = signer->sign_simple(signer->ctx, payload, annotations, err);
	} else {
		rc = signer->sign_envelope(signer->ctx, SIGN_PAYLOAD_IN_TOTO, payload,
					   &document->layer, annotations, err);
	}
	if (rc < 0 || read_present(signing, subject, &present, err) < 0)
		return -1;
	document->subject = *subject;
	return signing_document_layer(signing, present, STEAL(annotations), document, err);
}

static int sign_bundle(const struct signing *signing, const struct oci_descriptor *subject,
		       struct span payload, struct signing_document *document, struct err *err)
{
	const struct signer *signer = signing->signer;

	if (signer->sign_statement(signer->ctx, SIGN_PAYLOAD_IN_TOTO, payload, &document->layer,
				   err) < 0)
		return -1;
	return signing_document_bundle(signing, subject, document, err);
}

static int sign(const struct signing *signing, const struct oci_descriptor *subject,
		struct signing_document *document, struct err *err)
{
	AUTO(str) struct str payload = STR_MAX(LIMIT_SIGNED);
	struct span text;
	int rc;

	if (signing_payload(signing, &subject->digest, &payload, err) < 0)
		return -1;
	text = (struct span){ str_text(&payload), payload.len };
	document->layer = (struct str)STR_MAX(LIMIT_SIGNED);
	rc = signing->is_simple ? sign_layer(signing, &subject->digest, text, document, err)
				: sign_bundle(signing, subject, text, document, err);
	return rc < 0 ? err_wrap(err, "%s", signing->signer->name) : 0;
}

static struct signing_result *add_result(struct making *making,
					 const struct oci_descriptor *subject)
{
	struct signing_report *report = &making->report;

	ARRAY_ROOM(report->results, report->n_results, report->cap);
	report->results[report->n_results] = (struct signing_result){
		.subject = subject->digest,
		.media_type = mem_text(subject->media_type),
	};
	return &report->results[report->n_results++];
}

static int sign_one(struct making *making, const struct oci_descriptor *subject, struct err *err)
{
	struct signing_result *result = add_result(making, subject);
	AUTO(signatures) struct signatures found = { 0 };
	const struct signature *same;
	struct signing_document *document;

	if (signatures_read(making->signing->store, &subject->digest, &found, err) < 0)
		return -1;
	same = find_same(making->signing, &found, &subject->digest);
	if (same) {
		result->manifest = same->manifest;
		return 0;
	}
	ARRAY_ROOM(making->documents, making->n_documents, making->documents_cap);
	document = &making->documents[making->n_documents++];
	*document = (struct signing_document){ 0 };
	if (sign(making->signing, subject, document, err) < 0)
		return -1;
	result->manifest = document->digest;
	result->is_new = true;
	making->report.n_new++;
	return 0;
}

static void fill_item(const struct signing_document *document, struct store_blob blobs[2],
		      struct store_item *out)
{
	size_t config_size = strlen(document->config), size = strlen(document->manifest);

	blobs[0] = (struct store_blob){ .digest = document->config_digest,
					.data = { document->config, config_size } };
	blobs[1] = (struct store_blob){ .digest = document->layer_digest,
					.data = { document->layer.data, document->layer.len } };
	*out = (struct store_item){
		.blobs = blobs,
		.n_blobs = 2,
		.manifest = { document->manifest, size },
		.media_type = OCI_TYPE_MANIFEST,
		.artifact_type = document->suffix ? NULL : SIGNATURE_TYPE_BUNDLE,
		.size_bytes = size + config_size + document->layer.len,
		.subject = &document->subject,
		.suffix = document->suffix,
	};
}

static int keep(struct making *making, struct err *err)
{
	size_t n = making->n_documents;
	AUTO(free) struct store_item *items = mem_array(n + 1, sizeof(*items));
	AUTO(free) struct store_blob *blobs = mem_array(2 * n + 1, sizeof(*blobs));

	for (size_t i = 0; i < n; i++)
		fill_item(&making->documents[i], &blobs[2 * i], &items[i]);
	return store_add_all(making->signing->store, items, n, NULL, 0, err);
}

int signing_make(const struct signing *signing, const struct oci_digest *subject,
		 struct signing_report *out, struct err *err)
{
	AUTO(making) struct making making = { .signing = signing };

	if (list_subjects(&making, subject, err) < 0)
		return -1;
	for (size_t i = 0; i < making.n_subjects; i++)
		if (sign_one(&making, &making.subjects[i], err) < 0)
			return -1;
	if (making.n_documents && keep(&making, err) < 0)
		return -1;
	*out = making.report;
	making.report = (struct signing_report){ 0 };
	return 0;
}
