// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_REFERRERS_H
#define EPM_OCI_REFERRERS_H

/*
 * Referrers at a registry: manifests whose subject is another, distribution-spec 1.1 "Listing
 * Referrers" and "Referrers Tag Schema". Where the registry has no such API the index under the tag
 * sha256-HEX is read, and kept by whoever pushes a referrer.
 *
 * Descriptors there are written by many hands and may be poor (cosign's name the type of the config
 * as artifactType and have no annotations): what a referrer is, its manifest tells.
 */
#include "oci/manifest.h"
#include "oci/registry.h"

#define OCI_REFERRERS_MAX 10000
#define OCI_REFERRERS_PAGES 1000

/* "sha256-HEX", with room for a suffix of cosign's (".sig"). The caller frees it. */
char *oci_referrers_tag(const struct oci_digest *subject, const char *suffix);

/*
 * What such a tag ends with: ".sig" signatures, ".att" attestations, ".sbom" a bill of materials,
 * each under one tag as cosign had them before referrers. NULL: it is no such tag.
 */
#define OCI_TAG_SUFFIXES 3
extern const char *const oci_tag_suffixes[OCI_TAG_SUFFIXES];
const char *oci_tag_suffix(const char *tag);

/* The digest that such a tag is made of. */
void oci_tag_subject(const char *tag, struct oci_digest *out);

/* Whether a tag is one of these, with or without a suffix: not a name that people give. */
bool oci_tag_is_of_digest(const char *tag);

/* done() gets an index, without entries where there are none; what it needs of it, it copies. */
struct oci_referrers_get {
	struct oci_repository *repository;
	struct oci_digest subject;
	int (*done)(void *ctx, const struct oci_index *index, struct err *err);
	/* Called with what went wrong; NULL: it is a failure. */
	int (*failed)(void *ctx, struct err *err);
	void *ctx;
};

void oci_referrers_get_start(const struct oci_referrers_get *get);
int oci_referrers_get(struct oci_repository *repository, const struct oci_digest *subject,
		      struct oci_index **out, struct err *err) MUST_CHECK;

/*
 * Add a referrer to the index under the subject's tag, where the registry does not do it. The
 * descriptor gets the manifest's artifactType (or its config's media type) and annotations.
 * What others wrote there is kept; it is asked for once more, since somebody else may have been
 * faster, and there are no conditional writes. BUSY when that goes on.
 */
int oci_referrers_add(struct oci_repository *repository, const struct oci_digest *subject,
		      const struct oci_document *referrer, struct err *err) MUST_CHECK;

/* The descriptor that a list of referrers has of a manifest or an index. CORRUPT. */
int oci_referrer_describe(const struct oci_document *referrer, struct oci_descriptor *out,
			  struct err *err) MUST_CHECK;

#endif
