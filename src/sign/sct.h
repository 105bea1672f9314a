// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_SCT_H
#define EPM_SIGN_SCT_H

/*
 * Signed certificate timestamps inside a certificate (RFC 6962 3.2 and 3.3): a log of certificates
 * says that it has seen it.
 */
#include <openssl/x509.h>

#include "base/err.h"
#include "sign/trusted_root.h"

/*
 * At least one of them is by a log that the root knows, whose key was valid when it was made.
 * issuer: of the verified chain. UNTRUSTED or CORRUPT "certificate timestamp (SCT): why".
 */
int sign_sct_verify(X509 *certificate, X509 *issuer, const struct sign_trusted_root *root,
		    struct err *err) MUST_CHECK;

#endif
