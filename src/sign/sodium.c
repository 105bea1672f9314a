// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/sodium.h"

#ifdef HAVE_SODIUM
#include <sodium.h>

#include "base/alloc.h"
#include "base/library.h"

LIBRARY_NOTE("cosign", "read keys that cosign made", "libsodium.so.23");

/* clang-format off */
#define SODIUM_FUNCTIONS(X)                                                                   \
	X(lib, sodium_init) X(lib, crypto_secretbox_open_easy)                                \
	X(lib, crypto_sign_ed25519ph_init) X(lib, crypto_sign_ed25519ph_update)               \
	X(lib, crypto_sign_ed25519ph_final_verify)
/* clang-format on */
LIBRARY_TABLE(lib, SODIUM_FUNCTIONS);

_Static_assert(crypto_secretbox_KEYBYTES == SIGN_SECRETBOX_KEY, "key");
_Static_assert(crypto_secretbox_NONCEBYTES == SIGN_SECRETBOX_NONCE, "nonce");
_Static_assert(crypto_secretbox_MACBYTES == SIGN_SECRETBOX_TAG, "tag");

int sign_sodium_load(struct err *err)
{
	if (library_load("libsodium.so.23", "libsodium23", lib_symbols, ARRAY_SIZE(lib_symbols),
			 err) < 0)
		return -1;
	return lib.sodium_init() < 0 ? err_set(err, EC_FAILED, "libsodium does not start") : 0;
}

int sign_secretbox_open(struct span box, const void *nonce, const void *key, void *room)
{
	return lib.crypto_secretbox_open_easy(room, (const unsigned char *)box.data, box.len, nonce,
					      key);
}

bool sign_ed25519ph_verifies(const void *key, struct span data, const void *signature)
{
	crypto_sign_ed25519ph_state state;

	lib.crypto_sign_ed25519ph_init(&state);
	lib.crypto_sign_ed25519ph_update(&state, (const unsigned char *)data.data, data.len);
	/* not const in libsodium's header, and not written to */
	return lib.crypto_sign_ed25519ph_final_verify(&state, (unsigned char *)signature, key) == 0;
}

#else

int sign_sodium_load(struct err *err)
{
	err_set(err, EC_UNSUPPORTED, "this epm was built without libsodium");
	return err_hint(err, "on Debian and Ubuntu: apt-get install libsodium-dev, then build epm "
			     "again");
}

int sign_secretbox_open(struct span box, const void *nonce, const void *key, void *room)
{
	(void)box;
	(void)nonce;
	(void)key;
	(void)room;
	return -1;
}

bool sign_ed25519ph_verifies(const void *key, struct span data, const void *signature)
{
	(void)key;
	(void)data;
	(void)signature;
	return false;
}

#endif
