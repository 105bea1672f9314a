// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_TRUSTED_ROOT_H
#define EPM_SIGN_TRUSTED_ROOT_H

/*
 * trusted_root.json: whom keyless verification believes. The keys of transparency logs and of
 * certificate logs, the certificates of certificate and timestamp authorities, each with the time
 * it is believed for (sigstore_trustroot.proto of protobuf-specs, version 0.1 and 0.2).
 *
 * The file is the person's own, so it is read leniently: members that are not known are passed
 * over, since later versions add some. What is known has to be right: a log or an authority without
 * the begin of its validity is refused, it is not valid for ever.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

/* Seconds since 1970, both ends included; end is INT64_MAX where none is given. */
struct sign_period {
	int64_t start;
	int64_t end;
};

struct sign_log {
	struct str key;		  /* DER: SubjectPublicKeyInfo, or RSAPublicKey (PKCS1_RSA_…) */
	struct str id;		  /* what entries, or SCTs, name it by */
	struct sign_period valid; /* of the key */
};

struct sign_authority {
	struct str *certificates; /* DER, the issuer of leaves first; may be none */
	size_t n_certificates;
	struct sign_period valid;
};

struct sign_trusted_root {
	struct sign_log *tlogs; /* transparency logs (Rekor) */
	size_t n_tlogs;
	struct sign_log *ctlogs; /* logs of certificates */
	size_t n_ctlogs;
	struct sign_authority *cas; /* certificate authorities (Fulcio) */
	size_t n_cas;
	struct sign_authority *tsas; /* timestamp authorities */
	size_t n_tsas;
};

/* CORRUPT "trusted root….: why". *out is all zero before. Keys and certificates are only decoded
 * by those that use them. */
int sign_trusted_root_parse(struct span text, struct sign_trusted_root *out,
			    struct err *err) MUST_CHECK;
void sign_trusted_root_done(struct sign_trusted_root *root);
AUTO_STRUCT(sign_trusted_root, struct sign_trusted_root, sign_trusted_root_done);

/* "validFor" of an object; the begin has to be there. CORRUPT. */
int sign_period_read(const struct js_at *at, struct sign_period *out, struct err *err) MUST_CHECK;
bool sign_period_covers(const struct sign_period *period, int64_t time);

/* The log of that id; NULL when there is none. Of several with one id, one whose key was valid at
 * the time is preferred. */
const struct sign_log *sign_log_find(const struct sign_log *logs, size_t n_logs,
				     const struct str *id, int64_t time);

#endif
