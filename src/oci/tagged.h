// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_TAGGED_H
#define EPM_OCI_TAGGED_H

/*
 * Referrers that are found by a tag, as cosign made them before image-spec 1.1: one manifest under
 * sha256-HEX.sig has all signatures of a subject, one under sha256-HEX.att all attestations, a
 * layer each. Whoever signs adds a layer to those of others, so that two such manifests are merged
 * and the one never takes the place of the other.
 */
#include "oci/layout.h"
#include "oci/manifest.h"
#include "oci/registry.h"

/* Whether manifests under this tag are lists: .sig and .att; an SBOM under .sbom is one document. */
bool oci_tagged_is_list(const char *tag);

/* Layers of `from` that `into` lacks are added (true: there were any), and annotations. */
bool oci_tagged_merge(struct oci_manifest *into, const struct oci_manifest *from);

/*
 * The text of a config for these layers, as go-containerregistry makes it of layers that are not
 * compressed, and the descriptor of it in the manifest. The caller frees it.
 */
char *oci_tagged_config(struct oci_manifest *manifest);

/*
 * What has to be put under a tag so that it has all of `mine` and of what is there. With is_there
 * nothing has to be. *out is empty where `mine` can be put as it is; else the config it needs was
 * uploaded. There are no conditional writes at registries: whoever has put it asks once more, and
 * learns whether somebody else was faster.
 */
int oci_tagged_prepare(struct oci_repository *repository, const char *tag,
		       const struct oci_document *mine, struct oci_document *out,
		       bool *out_is_there, struct err *err) MUST_CHECK;

/*
 * The same within a layout, where `present` has the tag: *out is the text of a manifest that has all
 * and is in the layout with its config; empty where `mine` can stand as it is. One that cannot be
 * read, or that would get too large with the other's layers, is replaced, with a warning.
 */
int oci_tagged_join(struct oci_layout *layout, const struct oci_descriptor *present,
		    struct span mine, struct str *out, struct err *err) MUST_CHECK;

#endif
