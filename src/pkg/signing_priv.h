// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_SIGNING_PRIV_H
#define EPM_PKG_SIGNING_PRIV_H

/* What the files of signing share. Not for others. */
#include "oci/descriptor.h"
#include "oci/manifest.h"
#include "pkg/signing.h"

/* What gets signed: statement or payload of one manifest, appended to out. USAGE, see above. */
int signing_payload(const struct signing *signing, const struct oci_digest *subject,
		    struct str *out, struct err *err) MUST_CHECK;

/* Which form the signature takes. */
enum signature_form signing_form(const struct signing *signing);

/* A signature that is there says what would be said now. Who made it is not looked at. */
bool signing_says_same(const struct signing *signing, const struct signature *signature,
		       const struct oci_digest *subject);

/* The manifest of a new signature and what it leads to. */
struct signing_document {
	char *manifest;	    /* its text */
	char *config;	    /* its text */
	struct str layer;   /* of the new signature */
	const char *suffix; /* of the tag it is found by: ".sig", ".att"; NULL: it has a subject */
	struct oci_digest subject;
	struct oci_digest config_digest, layer_digest, digest;
};

void signing_document_done(struct signing_document *document);

/* The referrer around a bundle, which is document->layer. */
int signing_document_bundle(const struct signing *signing, const struct oci_descriptor *subject,
			    struct signing_document *document, struct err *err) MUST_CHECK;

/*
 * The manifest under the tag: what is there (NULL: nothing) and document->layer. Takes annotations
 * over.
 */
int signing_document_layer(const struct signing *signing, const struct oci_manifest *present,
			   json_t *annotations, struct signing_document *document,
			   struct err *err) MUST_CHECK;

#endif
