// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_MEDIATYPE_H
#define EPM_OCI_MEDIATYPE_H

/* Media types and annotation keys of image-spec 1.1, and Docker's for what is only read. */

#define OCI_TYPE_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define OCI_TYPE_INDEX "application/vnd.oci.image.index.v1+json"
#define OCI_TYPE_EMPTY "application/vnd.oci.empty.v1+json"
#define OCI_TYPE_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define OCI_TYPE_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"

#define OCI_KEY_TITLE "org.opencontainers.image.title"
#define OCI_KEY_DESCRIPTION "org.opencontainers.image.description"
#define OCI_KEY_VERSION "org.opencontainers.image.version"
#define OCI_KEY_LICENSES "org.opencontainers.image.licenses"
#define OCI_KEY_SOURCE "org.opencontainers.image.source"
#define OCI_KEY_REVISION "org.opencontainers.image.revision"
#define OCI_KEY_AUTHORS "org.opencontainers.image.authors"
#define OCI_KEY_CREATED "org.opencontainers.image.created"
#define OCI_KEY_REF_NAME "org.opencontainers.image.ref.name"
#define OCI_KEY_CONTAINERD_NAME "io.containerd.image.name"

#endif
