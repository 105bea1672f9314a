// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_OPENSSL_H
#define EPM_SIGN_OPENSSL_H

/*
 * What the files of this module share of OpenSSL: owned pointers, and the way from its errors to
 * ours. The first use of EVP reads openssl.cnf, 2 ms: nothing that neither signs nor verifies may
 * come here.
 */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "sign/key.h"

AUTO_POINTER(pkey, EVP_PKEY, EVP_PKEY_free);
AUTO_POINTER(pkey_ctx, EVP_PKEY_CTX, EVP_PKEY_CTX_free);
AUTO_POINTER(md_ctx, EVP_MD_CTX, EVP_MD_CTX_free);
AUTO_POINTER(bio, BIO, BIO_free_all);
AUTO_POINTER(x509, X509, X509_free);

struct sign_key {
	EVP_PKEY *pkey;
	enum sign_key_type type;
	bool is_private;
};

/*
 * "…: REASON", where OpenSSL has a reason; its list of errors is empty afterwards. Always -1. For
 * what was decrypted its reason says too much: there ERR_clear_error() and an own text.
 */
int sign_ssl_failed(struct err *err, enum err_code code, const char *fmt, ...) PRINTF(3, 4);

/*
 * A key of OpenSSL's, which is taken over also on failure; NULL is a failure with OpenSSL's reason.
 * The rules of sign_key_read() hold: UNSUPPORTED for other types, curves and sizes.
 */
int sign_key_adopt(EVP_PKEY *pkey, bool is_private, const char *what, struct sign_key **out,
		   struct err *err) MUST_CHECK;

/* PKCS#8 (unencrypted) in DER, all of it. CORRUPT, and what sign_key_adopt() sets. */
int sign_key_from_pkcs8(struct span der, const char *what, struct sign_key **out,
			struct err *err) MUST_CHECK;

/*
 * The secret PKCS#8 of an encrypted key, appended to out (which the caller wipes). CORRUPT: what
 * surrounds it cannot be read; UNSUPPORTED: encrypted in a way epm does not have, or one that costs
 * too much; DENIED: nothing of sense comes out with this passphrase.
 */
int sign_pkcs8_decrypt(struct span der, struct span passphrase, const char *what, struct str *out,
		       struct err *err) MUST_CHECK;
int sign_cosign_decrypt(struct span json, struct span passphrase, const char *what, struct str *out,
			struct err *err) MUST_CHECK;

/* The one text for a wrong passphrase and a file that was changed. DENIED; always -1. */
int sign_cannot_decrypt(const char *what, struct err *err);

#endif
