// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/hash.h"

#include <openssl/evp.h>

#include "base/alloc.h"

struct hash {
	EVP_MD_CTX *ctx;
};

/* EVP fails only without memory or without SHA-256 in the provider: nothing can go on then. */
static void must(int ok)
{
	if (ok != 1) {
		fputs("epm: SHA-256 is not available in OpenSSL\n", stderr);
		abort();
	}
}

struct hash *hash_new(void)
{
	struct hash *hash = mem_alloc(sizeof(*hash));

	hash->ctx = EVP_MD_CTX_new();
	must(hash->ctx != NULL);
	must(EVP_DigestInit_ex(hash->ctx, EVP_sha256(), NULL));
	return hash;
}

void hash_update(struct hash *hash, const void *data, size_t size)
{
	must(EVP_DigestUpdate(hash->ctx, data, size));
}

void hash_final(struct hash *hash, uint8_t out[HASH_SIZE])
{
	must(EVP_DigestFinal_ex(hash->ctx, out, NULL));
}

void hash_free(struct hash *hash)
{
	if (!hash)
		return;
	EVP_MD_CTX_free(hash->ctx);
	free(hash);
}

void hash_of(const void *data, size_t size, uint8_t out[HASH_SIZE])
{
	AUTO(hash) struct hash *hash = hash_new();

	hash_update(hash, data, size);
	hash_final(hash, out);
}

void hash_hex_of(const void *data, size_t size, char out[HASH_HEX + 1])
{
	uint8_t raw[HASH_SIZE];

	hash_of(data, size, raw);
	hex_encode(raw, sizeof(raw), out);
}

void hex_encode(const uint8_t *data, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++) {
		out[2 * i] = "0123456789abcdef"[data[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[data[i] & 15];
	}
	out[2 * size] = '\0';
}

bool hex_is_lower(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return true;
}
