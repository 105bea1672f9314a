// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_SIGNING_H
#define EPM_PKG_SIGNING_H

/*
 * Making signatures and attestations of what a store has, and keeping them there. Who signs is
 * pkg/signer.h's; sending them to a registry is fetch_send()'s.
 *
 * By default each is a sigstore bundle in a manifest of its own, whose subject is what is signed
 * (image-spec 1.1 "Guidelines for Artifact Usage", as "cosign sign" does since 3.0). cosign's older
 * form is one manifest for all of a kind, found by a tag: a layer for each signature
 * (sha256-HEX.sig) or attestation (sha256-HEX.att). A layer is added to those that are there.
 *
 * Nothing here depends on the time: a time that nobody attests proves nothing. Where
 * SOURCE_DATE_EPOCH is set the caller may pass it on as `created`.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "pkg/signer.h"
#include "pkg/store.h"

/* What is said of a manifest. All is borrowed. */
struct signing_claim {
	const char *reference;	    /* what the subject is called, without tag: of no weight */
	const char *predicate_type; /* SIGN_PREDICATE_SIGNATURE, or an attestation's */
	const json_t *predicate;    /* of an attestation; NULL: {} */
	const json_t *annotations;  /* of a signature: an object of texts; NULL: none */
	/*
	 * A whole in-toto statement that is signed as it is; data NULL: it is made of the above. Its
	 * predicate type has to be given above as well.
	 */
	struct span statement;
};

/* All is borrowed. */
struct signing {
	struct store *store; /* has the subject; takes the signatures */
	const struct signer *signer;
	const struct signing_claim *claim;
	bool is_simple;	   /* cosign's older form */
	bool has_children; /* of an image index also the manifests in it, as far as they are there */
	const char *created; /* RFC 3339, for the annotation of that name; NULL: left out */
};

struct signing_result {
	struct oci_digest subject;
	char *media_type;	    /* the subject's */
	struct oci_digest manifest; /* where the signature stands */
	bool is_new;		    /* false: this signer had said the same before */
};

struct signing_report {
	struct signing_result *results; /* the subject first, then its children */
	size_t n_results, cap;
	size_t n_new;
	size_t n_absent; /* manifests of the index that are not in the store: not signed */
};

/*
 * Sign it. All signatures appear in the store at once, or none. NOT_FOUND, CORRUPT where the subject
 * cannot be read; USAGE for a statement that is not about it; DENIED, and what the signer sets.
 */
int signing_make(const struct signing *signing, const struct oci_digest *subject,
		 struct signing_report *out, struct err *err) MUST_CHECK;
void signing_report_done(struct signing_report *report);
AUTO_STRUCT(signing_report, struct signing_report, signing_report_done);

#endif
