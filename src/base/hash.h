// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_HASH_H
#define EPM_BASE_HASH_H

/* SHA-256 and its lower-case hex. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"

#define HASH_SIZE 32
#define HASH_HEX 64

struct hash; /* a running SHA-256 */

struct hash *hash_new(void);
void hash_update(struct hash *hash, const void *data, size_t size);
void hash_final(struct hash *hash, uint8_t out[HASH_SIZE]); /* the hash can only be freed then */
void hash_free(struct hash *hash);
AUTO_POINTER(hash, struct hash, hash_free);

void hash_of(const void *data, size_t size, uint8_t out[HASH_SIZE]);
void hash_hex_of(const void *data, size_t size, char out[HASH_HEX + 1]);

void hex_encode(const uint8_t *data, size_t size, char *out);	 /* 2 * size + 1 bytes */
void hex_decode(const char *text, size_t n_bytes, uint8_t *out); /* after hex_is_lower() */
bool hex_is_lower(const char *text, size_t len);		 /* only 0-9 and a-f */

#endif
