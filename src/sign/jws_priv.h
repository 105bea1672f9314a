// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_JWS_PRIV_H
#define EPM_SIGN_JWS_PRIV_H

/* An envelope that is taken apart, and what its parts say. Nothing is verified here. */
#include "base/json.h"
#include "sign/certificate.h"
#include "sign/jws.h"
#include "sign/signature.h"

struct sign_jws {
	struct str signed_bytes; /* PROTECTED.PAYLOAD */
	struct str signature;
	sign_x509_list *chain; /* x5c, the leaf first */
	const char *algorithm;
	enum sign_scheme scheme; /* of the algorithm */
	bool is_ecdsa;
	enum sign_key_type curve; /* where it is */
	int64_t signing_time;
	int64_t expiry; /* 0: none */
	json_t *protected_json;
	json_t *payload_json;
};

int sign_jws_read(struct span text, struct sign_jws *out, struct err *err) MUST_CHECK;
void sign_jws_done(struct sign_jws *jws);
AUTO_STRUCT(sign_jws, struct sign_jws, sign_jws_done);

/* One of the identities is the subject; UNTRUSTED "identity: …", USAGE. */
int sign_jws_identity(X509 *leaf, const struct sign_jws_policy *policy, struct err *err) MUST_CHECK;

#endif
