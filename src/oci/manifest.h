// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_MANIFEST_H
#define EPM_OCI_MANIFEST_H

/*
 * Image manifests and image indexes, image-spec 1.1 manifest.md and image-index.md; Docker's
 * schema 2 forms are read as such. Parsing copies; who needs the document's own bytes (to verify,
 * to push) keeps them, since what was parsed is never written again for that. Dumping is for new
 * documents and is canonical.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/descriptor.h"

struct oci_manifest {
	char *artifact_type; /* or NULL */
	struct oci_descriptor config;
	struct oci_descriptor *layers;
	size_t n_layers;
	struct oci_descriptor subject;
	bool has_subject;
	json_t *annotations; /* or NULL */
};

struct oci_index {
	char *artifact_type; /* or NULL */
	struct oci_descriptor *manifests;
	size_t n_manifests;
	struct oci_descriptor subject;
	bool has_subject;
	json_t *annotations; /* or NULL */
};

/* `what` names the document in errors. CORRUPT. */
int oci_manifest_parse(struct span text, const char *what, struct oci_manifest **out,
		       struct err *err) MUST_CHECK;
void oci_manifest_free(struct oci_manifest *manifest);
AUTO_POINTER(oci_manifest, struct oci_manifest, oci_manifest_free);

/* The same of what was parsed already, which stays the caller's. */
int oci_manifest_read(json_t *json, const char *what, struct oci_manifest **out,
		      struct err *err) MUST_CHECK;
int oci_index_read(json_t *json, const char *what, struct oci_index **out,
		   struct err *err) MUST_CHECK;

int oci_index_parse(struct span text, const char *what, struct oci_index **out,
		    struct err *err) MUST_CHECK;
void oci_index_free(struct oci_index *index);
AUTO_POINTER(oci_index, struct oci_index, oci_index_free);

/* Append an empty element, which is returned (valid until the next is added). */
struct oci_descriptor *oci_manifest_add_layer(struct oci_manifest *manifest);
struct oci_descriptor *oci_index_add(struct oci_index *index);

/* The canonical text of a new document. The caller frees it. */
char *oci_manifest_dump(const struct oci_manifest *manifest);
char *oci_index_dump(const struct oci_index *index);

bool oci_type_is_manifest(const char *media_type);
bool oci_type_is_index(const char *media_type);

/*
 * The media type of a document that stands without a descriptor: its own mediaType, else by its
 * members. NULL when it is neither manifest nor index. A constant.
 */
const char *oci_type_guess(const json_t *document);

#endif
