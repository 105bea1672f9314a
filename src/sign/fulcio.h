// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_FULCIO_H
#define EPM_SIGN_FULCIO_H

/* What stands in a certificate of Fulcio's. */
#include <openssl/x509.h>

#include "base/err.h"
#include "sign/identity.h"

/*
 * The one subject alternative name (URI, email, otherName 1.3.6.1.4.1.57264.1.7) and the issuer of
 * the token (1.3.6.1.4.1.57264.1.8, else .1). More than one name, other kinds, names with control
 * characters or above SIGN_NAME_MAX bytes are refused: UNTRUSTED or CORRUPT "identity: …".
 */
int sign_fulcio_identity(X509 *certificate, struct sign_identity *out, struct err *err) MUST_CHECK;

#endif
