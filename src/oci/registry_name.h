// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_REGISTRY_NAME_H
#define EPM_OCI_REGISTRY_NAME_H

/*
 * Names of registries: "ghcr.io", "localhost:5000", "[::1]:5000". Docker's own registry has three
 * (docker.io, index.docker.io, registry-1.docker.io), which are one here and in the credential
 * files. Which host its API is at is the client's business.
 */
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

#define OCI_DOCKER_HUB "docker.io"

/* "docker.io" for each of its names, else the argument itself. */
const char *oci_registry_canonical(const char *registry);

/* Whether two names are one registry; hosts are compared without regard to case. */
bool oci_registry_is_same(const char *a, const char *b);

/* Whether a list has it; an entry is HOST or HOST:PORT, and without a port means all ports. */
bool oci_registry_is_listed(const char *const *list, size_t n, const char *registry);

/*
 * What a person types or another tool wrote into a file: a scheme before the name and a path after
 * it are dropped ("https://index.docker.io/v1/"). Borrowed from text.
 */
struct span oci_registry_of_url(const char *text);

/*
 * The registry a person names for logging in, canonical and in lower case, so that other tools find
 * it. A URL is taken, a repository is not. USAGE. The caller frees it.
 */
int oci_registry_parse(const char *text, char **out, struct err *err) MUST_CHECK;

#endif
