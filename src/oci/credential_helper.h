// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_CREDENTIAL_HELPER_H
#define EPM_OCI_CREDENTIAL_HELPER_H

/*
 * Docker's credential helpers: programs docker-credential-NAME in PATH, which take a verb as their
 * argument and one message on standard input (docker-credential-helpers, credentials.go). For
 * oci/credentials.c only.
 *
 * server is the key of the registry, see oci_credential_key().
 */
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "oci/credentials.h"

/* A name comes from a file: letters, digits, '.', '_' and '-' only, so that PATH decides. */
bool oci_helper_is_name(const char *name);

/* Without credentials there 0 and *out as it was. FAILED, CORRUPT for an answer that is malformed. */
int oci_helper_get(const char *name, const char *server, struct oci_credentials *out,
		   struct err *err) MUST_CHECK;

int oci_helper_store(const char *name, const char *server, const struct oci_credentials *what,
		     struct err *err) MUST_CHECK;

int oci_helper_erase(const char *name, const char *server, bool *out_was_there,
		     struct err *err) MUST_CHECK;

/* The answer to "get"; for oci_helper_get() and the fuzzer. */
int oci_helper_parse(struct span text, const char *what, struct oci_credentials *out,
		     struct err *err) MUST_CHECK;

#endif
