// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_DESCRIPTOR_H
#define EPM_OCI_DESCRIPTOR_H

/* Content descriptors, image-spec 1.1 descriptor.md. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "oci/digest.h"

#define OCI_BLOB_MAX (1ull << 40) /* no blob of a package is near it; a size above is a lie */

struct oci_descriptor {
	char *media_type;
	struct oci_digest digest;
	uint64_t size_bytes;
	char *artifact_type; /* or NULL */
	char *os;	     /* platform.os, or NULL */
	char *architecture;  /* platform.architecture, or NULL */
	json_t *annotations; /* an object of texts, or NULL */
	json_t *other;	     /* members not named here, kept (urls, data, the rest of platform) */
};

/* CORRUPT with the path of what is wrong. What is parsed is a copy. */
int oci_descriptor_parse(const struct js_at *at, struct oci_descriptor *out,
			 struct err *err) MUST_CHECK;

json_t *oci_descriptor_dump(const struct oci_descriptor *descriptor); /* the caller owns it */
void oci_descriptor_done(struct oci_descriptor *descriptor);
AUTO_STRUCT(oci_descriptor, struct oci_descriptor, oci_descriptor_done);

/* The text of an annotation, or NULL. Borrowed. */
const char *oci_annotation(const json_t *annotations, const char *key);

/* The member "annotations" of a document as a reference to it, NULL where absent. CORRUPT. */
int oci_annotations_parse(const struct js_at *at, json_t **out, struct err *err) MUST_CHECK;

/*
 * The bytes themselves within the descriptor, image-spec 1.1 "data": whoever reads the manifest has
 * them then and need not ask for the blob, which is at the registry all the same. get: false where
 * there are none; CORRUPT when they are not those of digest and size.
 */
void oci_descriptor_set_data(struct oci_descriptor *descriptor, const void *data, size_t size);
int oci_descriptor_get_data(const struct oci_descriptor *descriptor, struct str *out, bool *out_has,
			    struct err *err) MUST_CHECK;

/* A new descriptor of these bytes. */
void oci_descriptor_of(struct oci_descriptor *out, const char *media_type, const void *data,
		       size_t size);

#endif
