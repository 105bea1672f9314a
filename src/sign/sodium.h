// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_SODIUM_H
#define EPM_SIGN_SODIUM_H

/*
 * What cosign does and OpenSSL 3.0 has not: NaCl's secretbox, Ed25519ph. libsodium has them; it is
 * loaded when one of them is met, and epm can be built without.
 */
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

#define SIGN_SECRETBOX_KEY 32
#define SIGN_SECRETBOX_NONCE 24
#define SIGN_SECRETBOX_TAG 16

#define SIGN_ED25519_KEY 32
#define SIGN_ED25519_SIGNATURE 64

/* UNSUPPORTED, with what to do in the hint, when it is not there. */
int sign_sodium_load(struct err *err) MUST_CHECK;

/*
 * After sign_sodium_load(). The tag stands before what is encrypted; room is for box.len bytes, of
 * which the last SIGN_SECRETBOX_TAG are not used. -1: the key is wrong or the box was changed.
 */
int sign_secretbox_open(struct span box, const void *nonce, const void *key, void *room) MUST_CHECK;

/* RFC 8032 section 5.1, "Ed25519ph" without a context. After sign_sodium_load(). */
bool sign_ed25519ph_verifies(const void *key, struct span data, const void *signature);

#endif
