// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_BUNDLE_TREE_H
#define EPM_PKG_BUNDLE_TREE_H

/*
 * A manifest with all that it leads to, read from the store or from an archive. Between the files
 * of bundle.h.
 */
#include "oci/archive.h"
#include "oci/layout.h"
#include "oci/manifest.h"
#include "pkg/bundle.h"

/* Where blobs are looked for. Bytes that are read are those of their digest. */
struct bundle_source {
	const void *from;
	int (*read)(const void *from, const struct oci_descriptor *what, struct str *out,
		    struct err *err);
	bool (*has)(const void *from, const struct oci_digest *digest, uint64_t *out_size);
};

struct bundle_source bundle_of_layout(struct oci_layout *layout);
struct bundle_source bundle_of_archive(const struct oci_archive *archive);

struct bundle_tree {
	struct oci_descriptor root;   /* with artifactType, where the document has one */
	struct str text;	      /* of the root */
	struct oci_blob_entry *blobs; /* sorted, each once; the root is one */
	size_t n_blobs;
	size_t cap;
	struct oci_digest subject; /* empty: it is no referrer */
	char *title;		   /* its annotations, or NULL */
	char *version;
	struct str architectures; /* "amd64,arm64" */
	uint64_t size_bytes;	  /* of the blobs */
};

/*
 * CORRUPT when something is missing, malformed, or not of the size it is said to be. Manifests that
 * an image index has for other architectures may be missing, if one is there. Frees what is in out.
 */
int bundle_tree_read(const struct bundle_source *source, const struct oci_descriptor *root,
		     struct bundle_tree *out, struct err *err) MUST_CHECK;
bool bundle_tree_has(const struct bundle_tree *tree, const struct oci_digest *digest);
void bundle_tree_done(struct bundle_tree *tree);
AUTO_STRUCT(bundle_tree, struct bundle_tree, bundle_tree_done);

void bundle_report_add(struct bundle_report *report, const char *name,
		       const struct bundle_tree *tree);
void bundle_report_sort(struct bundle_report *report);

#endif
