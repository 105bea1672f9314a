// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_KEYLESS_H
#define EPM_PKG_KEYLESS_H

/*
 * Signing with the services of sigstore: by an identity ("keyless"), for which a certificate
 * authority (Fulcio) gives a key made for this command a certificate of ten minutes, or by a key of
 * the person's; in both cases with entries of transparency logs (Rekor), timestamps (RFC 3161), or
 * both.
 *
 * The order: the token is looked at, a key is made and certified; then for each signature it signs,
 * is stamped, is logged, and all that came back is verified with the trusted root, as whoever gets
 * the signature will. Nothing is given to the caller before that. The key never leaves memory.
 *
 * What a log takes is public for ever, also when something fails after it.
 */
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/client.h"
#include "pkg/signer.h"
#include "sign/key.h"
#include "sign/trusted_root.h"

struct keyless;

struct keyless_log {
	const char *url;
	bool is_v2; /* of Rekor's interface; its entries have no time and no place in older forms */
};

/* Everything is borrowed for the life of it. Addresses are http or https, as in a signing config. */
struct keyless_settings {
	const struct oci_client_settings *client; /* how to reach the services */
	struct span token;			  /* the identity token; data NULL: by key */
	const struct sign_key *key;		  /* private */
	const char *key_name;			  /* for people */
	const char *ca_url;			  /* with a token: Fulcio; its API's base */
	const struct keyless_log *logs;		  /* Rekor; the base */
	size_t n_logs;
	const char *const *tsa_urls; /* the whole address */
	size_t n_tsa_urls;
	const struct sign_trusted_root *root; /* what verifies it */
};

/*
 * Asks nobody. USAGE: something is missing (an authority for the token, a trusted root, a log or a
 * timestamp authority that says when a certificate was used), or the key is a public one; DENIED,
 * CORRUPT from sign_token_read().
 */
int keyless_new(const struct keyless_settings *settings, struct keyless **out,
		struct err *err) MUST_CHECK;
void keyless_free(struct keyless *keyless);
AUTO_POINTER(keyless, struct keyless, keyless_free);

/*
 * As a signer, whose name is that of the certificate once there is one. Signing sets NETWORK or DENIED "WHICH SERVICE ADDRESS: why" when a service fails, and
 * UNTRUSTED, CORRUPT or UNSUPPORTED when what it gave does not verify. One of cosign's older form
 * holds the entry of the first log and the first timestamp only.
 */
void keyless_signer(struct keyless *keyless, struct signer *out);

#endif
