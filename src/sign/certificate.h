// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_CERTIFICATE_H
#define EPM_SIGN_CERTIFICATE_H

/*
 * X.509 certificates of signers: decoding, the chain to an anchor at a given time (never "now": a
 * signature is judged by the time it was made), and what a certificate may be used for.
 */
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

typedef STACK_OF(X509) sign_x509_list;

static inline void sign_x509_list_free(sign_x509_list *list)
{
	sk_X509_pop_free(list, X509_free);
}
AUTO_POINTER(x509_list, sign_x509_list, sign_x509_list_free);
AUTO_POINTER(x509_store, X509_STORE, X509_STORE_free);

sign_x509_list *sign_x509_list_new(void);

/* Append a reference of its own. */
void sign_x509_list_add(sign_x509_list *list, X509 *certificate);

/* The whole of the DER is one certificate of version 3; CORRUPT "what: …". */
int sign_x509_decode(struct span der, const char *what, X509 **out, struct err *err) MUST_CHECK;

/* Certificates in DER, appended to the list. */
int sign_x509_decode_all(const struct str *ders, size_t n, const char *what, sign_x509_list *list,
			 struct err *err) MUST_CHECK;

/* All CERTIFICATE blocks of a PEM text, at most LIMIT_CERTIFICATES, appended to the list. */
int sign_x509_decode_pem(struct span pem, const char *what, sign_x509_list *list,
			 struct err *err) MUST_CHECK;

/*
 * A store with these anchors, for one time. An anchor need not be self-signed. Keys and digests
 * below 112 bits (RSA-2048, SHA-224) are refused by what uses it.
 */
X509_STORE *sign_x509_store(sign_x509_list *anchors, int64_t time);

/*
 * The chain from a leaf to an anchor of the store, by way of the others. *out: the leaf first; the
 * caller frees it. UNTRUSTED "certificate chain: why".
 */
int sign_x509_chain(X509_STORE *store, X509 *leaf, sign_x509_list *others, sign_x509_list **out,
		    struct err *err) MUST_CHECK;

/*
 * The leaf of a chain is for signing code (RFC 5280 4.2.1.12): no certificate authority; key usage,
 * where it is given, has digitalSignature; extended key usage has codeSigning, also in the
 * authorities between where they have the extension. is_lenient: a leaf without extended key usage
 * will do (notation). UNTRUSTED "certificate usage: why".
 */
int sign_x509_is_for_code(sign_x509_list *chain, bool is_lenient, struct err *err) MUST_CHECK;

/* The extension by its OID: *out borrows, data NULL when it is not there; twice is CORRUPT. */
int sign_x509_extension(X509 *certificate, const char *oid, struct span *out,
			struct err *err) MUST_CHECK;

/* Subject or issuer, as RFC 2253 has it; for messages. The caller frees it. */
char *sign_x509_name_text(const X509_NAME *name);

#endif
