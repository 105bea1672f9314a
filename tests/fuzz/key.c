// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sign/key.h"
#include "sign/signature.h"

static int give(void *context, const char *what, struct str *out, struct err *err)
{
	(void)what;
	(void)err;
	str_adds(out, context);
	return 0;
}

static struct span whole(const struct str *text)
{
	return (struct span){ str_text(text), text->len };
}

/* A key that is read has a public half which is read as the same, and one that is private signs. */
static void check(const struct sign_key *key)
{
	AUTO(str) struct str der = STR_MAX(LIMIT_KEY);
	AUTO(str) struct str signature = STR_MAX(LIMIT_SIGNATURE);
	AUTO(sign_key) struct sign_key *public = NULL;
	AUTO(sign_key) struct sign_key *again = NULL;
	AUTO(free) char *pem = sign_key_public_pem(key);
	struct err err = { 0 };

	sign_key_spki(key, &der);
	if (sign_key_read_public(span_of(pem), "public", &public, &err) < 0 ||
	    sign_key_from_spki(whole(&der), "spki", &again, &err) < 0 ||
	    !sign_key_is_same(public, again))
		abort();
	if (sign_key_is_private(key) && sign_key_type(key) != SIGN_RSA &&
	    (sign_make(key, SIGN_BY_KEY, span_of("x"), &signature, &err) < 0 ||
	     sign_verify(public, SIGN_BY_KEY, span_of("x"), whole(&signature), &err) < 0))
		abort();
}

/* A key as text, and the bytes as DER; the passphrase of what is in the corpus is "pw". */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sign_passphrase passphrase = { give, (void *)"pw" };
	const struct span text = { (const char *)data, size };
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(sign_key) struct sign_key *spki = NULL;
	struct err err = { 0 };

	if (sign_key_read(text, "key", &passphrase, &key, &err) == 0)
		check(key);
	else if (err.code != EC_CORRUPT && err.code != EC_UNSUPPORTED && err.code != EC_DENIED)
		abort();
	if (sign_key_from_spki(text, "spki", &spki, &err) == 0)
		check(spki);
	return 0;
}
