// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_REFERENCE_H
#define EPM_OCI_REFERENCE_H

/*
 * References: [REGISTRY/]REPOSITORY[:TAG][@DIGEST], as Docker's distribution library reads them
 * (its reference/regexp.go) and distribution-spec 1.1 "Pulling manifests" limits them.
 *
 * What stands before the first slash is a registry when it has a dot, a colon or an upper-case
 * letter, or is "localhost"; else the reference is short and `registry` is NULL. What a short name
 * means is the caller's business: nothing is put before it here.
 */
#include <stdbool.h>

#include "base/auto.h"
#include "base/err.h"
#include "oci/digest.h"

#define OCI_NAME_MAX 255 /* registry and repository together */
#define OCI_TAG_MAX 128

struct oci_reference {
	char *registry;		  /* "ghcr.io", "localhost:5000", "[::1]:5000"; or NULL */
	char *repository;	  /* "eunomia-bpf/opensnoop" */
	char *tag;		  /* or NULL */
	struct oci_digest digest; /* empty: none */
};

/* USAGE, with the part that is wrong. */
int oci_reference_parse(const char *text, struct oci_reference *out, struct err *err) MUST_CHECK;

void oci_reference_done(struct oci_reference *reference);
AUTO_STRUCT(oci_reference, struct oci_reference, oci_reference_done);

/* As it would be typed. The caller frees it. */
char *oci_reference_text(const struct oci_reference *reference);

/* What stands after the last slash of the repository: "opensnoop". Borrowed. */
const char *oci_reference_base(const struct oci_reference *reference);

bool oci_tag_is_valid(const char *tag);

#endif
