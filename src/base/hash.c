// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * OpenSSL's SHA256_…, not EVP: the first use of EVP loads providers and reads openssl.cnf, which
 * takes 2 ms of every start of epm. They are deprecated in OpenSSL 3 and work in all of 3.x.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/sha.h>

#include "base/alloc.h"

struct hash {
	SHA256_CTX ctx;
};

struct hash *hash_new(void)
{
	struct hash *hash = mem_alloc(sizeof(*hash));

	SHA256_Init(&hash->ctx);
	return hash;
}

void hash_update(struct hash *hash, const void *data, size_t size)
{
	SHA256_Update(&hash->ctx, data, size);
}

void hash_final(struct hash *hash, uint8_t out[HASH_SIZE])
{
	SHA256_Final(out, &hash->ctx);
}

void hash_free(struct hash *hash)
{
	free(hash);
}

void hash_of(const void *data, size_t size, uint8_t out[HASH_SIZE])
{
	SHA256_CTX ctx; /* SHA256() goes by way of EVP */

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, data, size);
	SHA256_Final(out, &ctx);
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

static int digit_of(char c)
{
	return c - (c > '9' ? 'a' - 10 : '0');
}

void hex_decode(const char *text, size_t n_bytes, uint8_t *out)
{
	for (size_t i = 0; i < n_bytes; i++)
		out[i] = (uint8_t)(digit_of(text[2 * i]) << 4 | digit_of(text[2 * i + 1]));
}

bool hex_is_lower(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return true;
}
