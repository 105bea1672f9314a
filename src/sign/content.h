// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_CONTENT_H
#define EPM_SIGN_CONTENT_H

/* What the signature of a bundle is over. */
#include "sign/bundle.h"
#include "sign/key.h"
#include "sign/tlog.h"

struct sign_content {
	struct str bytes;      /* the PAE of the envelope, or the message */
	struct span signature; /* borrowed of the bundle */
};

/* message: what a messageSignature is over. UNTRUSTED or CORRUPT "signature: …". */
int sign_content_read(const struct sign_bundle *bundle, struct span message,
		      struct sign_content *out, struct err *err) MUST_CHECK;
void sign_content_done(struct sign_content *content);
AUTO_STRUCT(sign_content, struct sign_content, sign_content_done);

/* It is by the key. UNTRUSTED "signature: …". */
int sign_content_verify(const struct sign_content *content, const struct sign_key *key,
			struct err *err) MUST_CHECK;

/* As an entry of a log has it; borrows everything. signer: DER of the certificate or the key. */
struct sign_logged sign_content_logged(const struct sign_content *content,
				       const struct sign_bundle *bundle, struct span signer);

#endif
