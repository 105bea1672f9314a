// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_REGISTRY_H
#define EPM_OCI_REGISTRY_H

/*
 * Manifests and tags at a registry, distribution-spec 1.1. Functions named _start begin a call
 * that oci_client_run() moves; the others run it to its end.
 */
#include <jansson.h>

#include "oci/client.h"
#include "oci/digest.h"

/* A manifest or an image index as it came. */
struct oci_document {
	struct str text;  /* its own bytes */
	json_t *json;	  /* the same, parsed */
	char *media_type; /* a manifest's or an index', see oci_type_is_manifest() */
	struct oci_digest digest;
};

void oci_document_done(struct oci_document *document);
AUTO_STRUCT(oci_document, struct oci_document, oci_document_done);

/* reference: a tag, or a digest, which the bytes are held against. */
struct oci_manifest_get {
	struct oci_repository *repository;
	const char *reference;
	const struct oci_digest *known; /* with a tag: what is here already, or NULL */
	uint64_t size_bytes;		/* promised by a descriptor; UINT64_MAX: not */
	const char *media_type;		/* promised; NULL: not */
	/* is_same: it is `known`, and document is empty. */
	int (*done)(void *ctx, struct oci_document *document, bool is_same, struct err *err);
	/* Called where there is none, with NOT_FOUND in it; NULL: that is a failure. */
	int (*missing)(void *ctx, struct err *err);
	/* Called with what went wrong, but for that; NULL: it is a failure. */
	int (*failed)(void *ctx, struct err *err);
	void (*release)(void *ctx); /* at the end, whatever it was; or NULL */
	void *ctx;
};

/*
 * Copies what is in get. NOT_FOUND, CORRUPT (the bytes are not those of the digest, or are no
 * manifest), UNSUPPORTED (Docker's schema 1).
 */
void oci_manifest_get_start(const struct oci_manifest_get *get);
int oci_manifest_get(struct oci_repository *repository, const char *reference,
		     const struct oci_digest *known, struct oci_document *out, bool *out_is_same,
		     struct err *err) MUST_CHECK;

/* The digest a tag has, with a HEAD where the registry answers that. NOT_FOUND. */
int oci_tag_resolve(struct oci_repository *repository, const char *tag, struct oci_digest *out,
		    struct err *err) MUST_CHECK;

struct oci_manifest_put {
	struct oci_repository *repository;
	const char *reference; /* a tag or the digest */
	const char *media_type;
	struct span text; /* borrowed until done() */
	const long *accepts;
	/* has_subject_support: the registry takes care of referrers (OCI-Subject). */
	int (*done)(void *ctx, const struct http_answer *answer, bool has_subject_support,
		    struct err *err);
	void *ctx;
};

void oci_manifest_put_start(const struct oci_manifest_put *put);

/*
 * The digests that an answer of 400 says are missing from the repository (MANIFEST_BLOB_UNKNOWN).
 * false: it does not say that. The caller frees *out.
 */
bool oci_answer_missing_blobs(const struct http_answer *answer, struct oci_digest **out,
			      size_t *out_n);

/* All tags, page after page, as the registry has them. The texts and the array are the caller's. */
struct oci_tags {
	char **tags;
	size_t n_tags, cap;
};
int oci_tags_list(struct oci_repository *repository, struct oci_tags *out,
		  struct err *err) MUST_CHECK;
void oci_tags_done(struct oci_tags *tags);
AUTO_STRUCT(oci_tags, struct oci_tags, oci_tags_done);

/* The rel="next" of a Link (RFC 8288), or NULL. The caller frees it. */
char *oci_link_next(const char *link);

#endif
