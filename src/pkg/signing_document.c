// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "oci/tagged.h"
#include "pkg/package.h"
#include "pkg/signing_priv.h"

/* Of a bundle's manifest, as cosign writes them. */
#define KEY_CONTENT "dev.sigstore.bundle.content"
#define KEY_PREDICATE "dev.sigstore.bundle.predicateType"

#define KEY_LAYER_PREDICATE "predicateType"

void signing_document_done(struct signing_document *document)
{
	free(document->manifest);
	free(document->config);
	str_done(&document->layer);
	*document = (struct signing_document){ 0 };
}

static void set_descriptor(struct oci_descriptor *out, const char *media_type, const void *data,
			   size_t size)
{
	oci_descriptor_of(out, media_type, data, size);
	if (size <= PACKAGE_INLINE_MAX)
		oci_descriptor_set_data(out, data, size);
}

/* Digests of all of it. */
static int end(const struct oci_manifest *manifest, struct signing_document *document,
	       struct err *err)
{
	document->manifest = oci_manifest_dump(manifest);
	if (strlen(document->manifest) > LIMIT_MANIFEST)
		return err_set(err, EC_FAILED,
			       "the manifest of the signatures would have more than %u bytes",
			       LIMIT_MANIFEST);
	oci_digest_of(document->manifest, strlen(document->manifest), &document->digest);
	oci_digest_of(document->config, strlen(document->config), &document->config_digest);
	oci_digest_of(str_text(&document->layer), document->layer.len, &document->layer_digest);
	return 0;
}

int signing_document_bundle(const struct signing *signing, const struct oci_descriptor *subject,
			    struct signing_document *document, struct err *err)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = mem_alloc(sizeof(*manifest));

	document->config = mem_text("{}");
	manifest->artifact_type = mem_text(SIGNATURE_TYPE_BUNDLE);
	set_descriptor(&manifest->config, OCI_TYPE_EMPTY, document->config, 2);
	set_descriptor(oci_manifest_add_layer(manifest), SIGNATURE_TYPE_BUNDLE,
		       str_text(&document->layer), document->layer.len);
	manifest->annotations = json_object();
	js_set_text(manifest->annotations, KEY_CONTENT, "dsse-envelope");
	js_set_text(manifest->annotations, KEY_PREDICATE, signing->claim->predicate_type);
	js_set_text(manifest->annotations, OCI_KEY_CREATED, signing->created);
	manifest->has_subject = true;
	manifest->subject.media_type = mem_text(subject->media_type);
	manifest->subject.digest = subject->digest;
	manifest->subject.size_bytes = subject->size_bytes;
	document->subject = subject->digest;
	return end(manifest, document, err);
}

static void add_layer(const struct signing *signing, json_t *annotations,
		      const struct signing_document *document, struct oci_descriptor *out)
{
	bool is_signature = signing_form(signing) == SIGNATURE_SIMPLE;

	/* without "data": cosign writes the list anew when it adds to it, and would drop that */
	oci_descriptor_of(out, is_signature ? SIGNATURE_TYPE_SIMPLE : SIGNATURE_TYPE_ENVELOPE,
			  str_text(&document->layer), document->layer.len);
	out->annotations = annotations;
	if (!is_signature)
		js_set_text(annotations, KEY_LAYER_PREDICATE, signing->claim->predicate_type);
}

int signing_document_layer(const struct signing *signing, const struct oci_manifest *present,
			   json_t *annotations, struct signing_document *document, struct err *err)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = mem_alloc(sizeof(*manifest));

	if (present)
		oci_tagged_merge(manifest, present);
	add_layer(signing, annotations, document, oci_manifest_add_layer(manifest));
	document->config = oci_tagged_config(manifest);
	document->suffix = signing_form(signing) == SIGNATURE_SIMPLE ? ".sig" : ".att";
	return end(manifest, document, err);
}
