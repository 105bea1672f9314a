// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_CREDENTIAL_FILE_H
#define EPM_OCI_CREDENTIAL_FILE_H

/*
 * Docker's config.json and containers' auth.json, which have the same members: auths, credHelpers,
 * and the former credsStore (docker/cli, configfile/file.go; containers-auth.json(5)). What epm
 * does not know in them stays as it is. For oci/credentials.c only.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "oci/credentials.h"

struct oci_credential_file {
	const char *path;    /* for messages too; borrowed */
	json_t *json;	     /* an object; NULL: there is no such file */
	bool has_namespaces; /* keys may go on after the registry: containers' */
};

void oci_credential_file_done(struct oci_credential_file *file);
AUTO_STRUCT(oci_credential_file, struct oci_credential_file, oci_credential_file_done);

/* An absent file is no error. Warns once about one with secrets that others may read. */
int oci_credential_file_read(struct oci_credential_file *file, struct err *err) MUST_CHECK;

/* From text that was read; CORRUPT "path: …", which shows nothing of the content. */
int oci_credential_file_parse(struct oci_credential_file *file, struct span text,
			      struct err *err) MUST_CHECK;

/* Name of the helper for a registry; NULL: none. Borrowed. CORRUPT when it cannot be one. */
int oci_credential_file_helper(const struct oci_credential_file *file, const char *registry,
			       const char **out, struct err *err) MUST_CHECK;

/* What stands under auths; out stays as it was where there is nothing. CORRUPT. */
int oci_credential_file_find(const struct oci_credential_file *file, const char *registry,
			     const char *repository, struct oci_credentials *out,
			     struct err *err) MUST_CHECK;

/* The key that a registry has in files, and by which helpers know it. */
const char *oci_credential_key(const char *registry);

/*
 * Replace (what) or take away (NULL) what auths has for a registry. *out_was_there, which may be
 * NULL: there was something.
 */
int oci_credential_file_change(const char *path, const char *registry,
			       const struct oci_credentials *what, bool *out_was_there,
			       struct err *err) MUST_CHECK;

#endif
