// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_SIGNATURES_H
#define EPM_PKG_SIGNATURES_H

/*
 * What a store has of signatures and attestations of one manifest or image index. Reading is
 * lenient: every referrer is looked at, whatever its descriptor calls itself, and what cannot be
 * read is listed with the reason. Nothing is judged here: see pkg/verify.h.
 *
 *	bundle		a referrer whose only layer is a sigstore bundle ("cosign sign")
 *	simple		a layer of the manifest under the tag sha256-HEX.sig, or of a referrer
 *			with such layers: cosign's older form
 *	envelope	a layer of the manifest under sha256-HEX.att: a DSSE envelope
 *	notation	a referrer with a JWS or COSE envelope of the Notary Project
 */
#include <jansson.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/digest.h"
#include "oci/manifest.h"
#include "pkg/store.h"

/* Media types of layers; bundles have several, see signature_layer_form(). */
#define SIGNATURE_TYPE_BUNDLE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define SIGNATURE_TYPE_SIMPLE "application/vnd.dev.cosign.simplesigning.v1+json"
#define SIGNATURE_TYPE_ENVELOPE "application/vnd.dsse.envelope.v1+json"
#define SIGNATURE_TYPE_JWS "application/jose+json"
#define SIGNATURE_TYPE_COSE "application/cose"

#define SIGNATURE_FORM_LIST(X)  \
	X(BUNDLE, "bundle")     \
	X(SIMPLE, "simple")     \
	X(ENVELOPE, "envelope") \
	X(NOTATION, "notation")

enum signature_form {
	SIGNATURE_OTHER, /* none of these */
#define SIGNATURE_FORM_ENUM(name, word) SIGNATURE_##name,
	SIGNATURE_FORM_LIST(SIGNATURE_FORM_ENUM)
#undef SIGNATURE_FORM_ENUM
};

const char *signature_form_word(enum signature_form form);

/* What a layer of this media type is; SIGNATURE_OTHER: nothing of ours. */
enum signature_form signature_layer_form(const char *media_type);

struct signature {
	enum signature_form form;
	struct oci_digest manifest; /* where it stands */
	size_t layer;		    /* which of its layers */
	char *media_type;	    /* the layer's; NULL: there is none */
	struct str body;	    /* the bytes of the layer */
	json_t *annotations;	    /* the layer's; NULL: none */
	struct err err;		    /* code EC_NONE, or why body could not be read */
};

struct signatures { /* by the digest of the manifest, then by layer */
	struct signature *items;
	size_t n_items, cap;
};

/*
 * All of a subject. Of one manifest at most SIGNATURE_LAYERS_MAX layers are read, of all at most
 * SIGNATURES_MAX and SIGNATURES_BYTES_MAX; one item with an error, the last, stands for those that
 * are left out.
 */
#define SIGNATURE_LAYERS_MAX 64
#define SIGNATURES_MAX 256
#define SIGNATURES_BYTES_MAX (64u << 20)
int signatures_read(struct store *store, const struct oci_digest *subject, struct signatures *out,
		    struct err *err) MUST_CHECK;

/* The same where they are not in a store yet. All is borrowed. */
struct signatures_from {
	const struct oci_descriptor *referrers;
	size_t n_referrers;
	/* The bytes of a manifest or of a layer, hashed. */
	int (*get)(void *ctx, const struct oci_descriptor *blob, struct str *out, struct err *err);
	void *ctx;
};

void signatures_collect(const struct signatures_from *from, const struct oci_digest *subject,
			struct signatures *out);
void signatures_done(struct signatures *signatures);
AUTO_STRUCT(signatures, struct signatures, signatures_done);

/* For oci_transfer_settings.leaves_out of who only wants signatures: no layer of anything else. */
bool signature_is_no_part(const struct oci_descriptor *blob);

#endif
