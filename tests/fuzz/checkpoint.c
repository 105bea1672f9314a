// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "sign/checkpoint.h"

static struct sign_key *ed25519(void)
{
	static const char der[] = "MCowBQYDK2VwAyEAPn+AREHoBaZ7wgS1zBqpxmLSGnyhxXj4lFxSdWVB8o8=";
	AUTO(str) struct str bytes = STR_MAX(64);
	struct sign_key *key = NULL;
	struct err err;

	if (base64_decode(span_of(der), &bytes, &err) < 0 ||
	    sign_key_from_spki((struct span){ bytes.data, bytes.len }, "key", &key, &err) < 0)
		abort();
	return key;
}

/* A checkpoint of a log: its parts are pieces of the text, and nothing is signed by this key. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct str id = { .data = (char *)"\xf3\x0d\x5a\x99", .len = 4 };
	const char *text = (const char *)data;
	struct sign_checkpoint checkpoint;
	AUTO(sign_key) struct sign_key *key = NULL;
	struct err err = { 0 };

	if (sign_checkpoint_parse((struct span){ text, size }, &checkpoint, &err) < 0)
		return 0;
	if (checkpoint.note.data != text || checkpoint.note.data[checkpoint.note.len - 1] != '\n' ||
	    checkpoint.note.len + 1 + checkpoint.signatures.len != size ||
	    checkpoint.size > INT64_MAX)
		abort();
	key = ed25519();
	if (sign_checkpoint_verify(&checkpoint, key, &id, &err) == 0 && size < 200)
		abort();
	return 0;
}
