// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_KEY_H
#define EPM_SIGN_KEY_H

/*
 * Keys: ECDSA on P-256, P-384 and P-521, Ed25519, RSA from 2048 to 8192 bits, private or public.
 * Nothing else is a key here: other types, curves (also those given by their parameters) and sizes
 * are refused when they are read, so that who holds one need not ask.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

enum sign_key_type {
	SIGN_ECDSA_P256,
	SIGN_ECDSA_P384,
	SIGN_ECDSA_P521,
	SIGN_ED25519,
	SIGN_RSA,
};

struct sign_key;

/* How to come by the passphrase of a key that is encrypted; asked for no others. */
struct sign_passphrase {
	/* Appended to out, which is wiped afterwards; it may be empty. what: the key's name. */
	int (*get)(void *context, const char *what, struct str *out, struct err *err);
	void *context;
};

/*
 * The first key of a PEM text: private (PKCS#8, encrypted or not; SEC1; PKCS#1; cosign's own), or
 * public (SubjectPublicKeyInfo, PKCS#1), or that of an X.509 certificate, of which nothing else is
 * looked at. what: its name in messages. passphrase: NULL where there is none to ask for.
 *
 * CORRUPT: it is none; UNSUPPORTED: a key that epm does not take, or libsodium is not there for one
 * of cosign's; DENIED: it is encrypted and the passphrase is not right or missing. A wrong
 * passphrase and a changed file give the same text.
 */
int sign_key_read(struct span pem, const char *what, const struct sign_passphrase *passphrase,
		  struct sign_key **out, struct err *err) MUST_CHECK;

/* The same, of public keys and certificates only: USAGE for a private key. */
int sign_key_read_public(struct span pem, const char *what, struct sign_key **out,
			 struct err *err) MUST_CHECK;

/* A public key as the DER of its SubjectPublicKeyInfo, all of it. */
int sign_key_from_spki(struct span der, const char *what, struct sign_key **out,
		       struct err *err) MUST_CHECK;

void sign_key_free(struct sign_key *key);
AUTO_POINTER(sign_key, struct sign_key, sign_key_free);

enum sign_key_type sign_key_type(const struct sign_key *key);
bool sign_key_is_private(const struct sign_key *key);
unsigned int sign_key_bits(const struct sign_key *key);
const char *sign_key_type_word(enum sign_key_type type); /* "ecdsa-p256", …, "rsa" */

/* The same pair of keys, or halves of it. */
bool sign_key_is_same(const struct sign_key *a, const struct sign_key *b);

/* The public half: DER of SubjectPublicKeyInfo, appended; PEM, which the caller frees. */
void sign_key_spki(const struct sign_key *key, struct str *out);
char *sign_key_public_pem(const struct sign_key *key);

/* SHA-256 of the DER of SubjectPublicKeyInfo: "sha256:" and hex; in base64 cosign's "hint". */
#define SIGN_FINGERPRINT_LENGTH 71
#define SIGN_HINT_LENGTH 44
void sign_key_fingerprint(const struct sign_key *key, char out[SIGN_FINGERPRINT_LENGTH + 1]);
void sign_key_hint(const struct sign_key *key, char out[SIGN_HINT_LENGTH + 1]);

#endif
