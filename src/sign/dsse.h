// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_DSSE_H
#define EPM_SIGN_DSSE_H

/*
 * DSSE envelopes (secure-systems-lab/dsse, protocol 1.0.2): a payload, its type, signatures over
 * both. Base64 is that with the standard alphabet. "keyid" is read over and never written: no one
 * may believe it, and cosign refuses envelopes that have one.
 */
#include <jansson.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "sign/key.h"
#include "sign/signature.h"

#define SIGN_PAYLOAD_IN_TOTO "application/vnd.in-toto+json"

struct sign_envelope {
	char *payload_type;
	struct str payload;
	struct str *signatures; /* decoded, none is empty */
	size_t n_signatures;	/* 1 to LIMIT_SIGNATURES */
};

/*
 * An envelope as a text of its own, or as a member of another document (at, whose value is looked
 * at). CORRUPT: it is none, or larger than LIMIT_SIGNED. Nothing is verified.
 */
int sign_envelope_parse(struct span text, const char *what, struct sign_envelope **out,
			struct err *err) MUST_CHECK;
int sign_envelope_read(const struct js_at *at, struct sign_envelope **out,
		       struct err *err) MUST_CHECK;
void sign_envelope_free(struct sign_envelope *envelope);
AUTO_POINTER(sign_envelope, struct sign_envelope, sign_envelope_free);

/* The only signature, borrowed. CORRUPT when there are several. */
int sign_envelope_signature(const struct sign_envelope *envelope, struct span *out,
			    struct err *err) MUST_CHECK;

/* CORRUPT when it has not exactly one signature, UNTRUSTED when that is not by this key. */
int sign_envelope_verify(const struct sign_envelope *envelope, const struct sign_key *key,
			 struct err *err) MUST_CHECK;

/* Sign a payload, see sign_make(). The caller frees *out. */
int sign_envelope_make(const struct sign_key *key, enum sign_scheme scheme,
		       const char *payload_type, struct span payload, struct sign_envelope **out,
		       struct err *err) MUST_CHECK;

/* As JSON; js_dump() makes the bytes of it that cosign writes. Owned by the caller. */
json_t *sign_envelope_json(const struct sign_envelope *envelope);

/* The bytes that are signed ("pre-authentication encoding"), appended. */
void sign_pae(const char *payload_type, struct span payload, struct str *out);

#endif
