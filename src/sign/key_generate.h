// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_KEY_GENERATE_H
#define EPM_SIGN_KEY_GENERATE_H

/* New keys, and private keys as text. */
#include "base/err.h"
#include "base/str.h"
#include "sign/key.h"

#define SIGN_RSA_BITS 3072 /* of new keys */

/* A new private key. */
int sign_key_generate(enum sign_key_type type, struct sign_key **out, struct err *err) MUST_CHECK;

/*
 * A private key as PEM of PKCS#8, appended to out, which the caller wipes; it must have the room
 * (LIMIT_KEY) already, or copies of secrets stay behind. passphrase: NULL leaves it unencrypted;
 * else AES-256-CBC with PBKDF2 (HMAC-SHA256), a sixth of a second of it, which OpenSSL and others
 * read. USAGE for a public key.
 */
int sign_key_private_pem(const struct sign_key *key, const struct span *passphrase, struct str *out,
			 struct err *err) MUST_CHECK;

#endif
