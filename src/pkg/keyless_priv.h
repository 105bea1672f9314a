// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_KEYLESS_PRIV_H
#define EPM_PKG_KEYLESS_PRIV_H

/* What keyless.c (the signer) and keyless_services.c (who is asked) share. */
#include "pkg/keyless.h"
#include "sign/bundle.h"
#include "sign/fulcio_request.h"
#include "sign/token.h"

struct keyless {
	struct keyless_settings settings;
	struct sign_token token;
	struct sign_key *made; /* for the token; NULL until it is needed */
	struct sign_issued issued;
	char name[SIGN_NAME_MAX + 1]; /* who signs: of the token, then of the certificate */
};

/* What signs now: the person's key, or one with a certificate that lives a while yet. */
int keyless_ready(struct keyless *keyless, const struct sign_key **out, struct err *err) MUST_CHECK;

/* Timestamps over the data, from each authority, into the bundle, which has none. */
int keyless_stamp(const struct keyless *keyless, struct span data, struct sign_bundle *bundle,
		  struct err *err) MUST_CHECK;

/* An entry of each log for what the bundle holds; message: what its signature is over. */
int keyless_log(const struct keyless *keyless, struct span message, struct sign_bundle *bundle,
		struct err *err) MUST_CHECK;

#endif
