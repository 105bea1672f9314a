// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/limits.h"
#include "sign/fulcio_request.h"

/* Of the answer in the corpus. */
static const char public[] = "-----BEGIN PUBLIC KEY-----\n"
			     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEvGvZl4nqNAJf8bK7JljYaYPHOQLr\n"
			     "RKaqW2UYobtDjvOXhJAZPf5zNp2pgdN/y/Fq3veP6hQn0CwlkB98275DoQ==\n"
			     "-----END PUBLIC KEY-----\n";

/* What a certificate authority answers: what is read can be written again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(sign_issued) struct sign_issued issued = { 0 };
	AUTO(str) struct str pem = STR_MAX(LIMIT_SIGNED);
	AUTO(sign_key) struct sign_key *key = NULL;
	struct err err = { 0 };

	if (sign_key_read_public(span_of(public), "key", &key, &err) < 0)
		abort();
	if (sign_fulcio_answer((struct span){ (const char *)data, size }, key, &issued, &err) < 0) {
		if (err.code != EC_CORRUPT && err.code != EC_UNTRUSTED &&
		    err.code != EC_UNSUPPORTED)
			abort();
		return 0;
	}
	sign_certificates_pem(issued.certificates, issued.n_certificates, &pem);
	if (!issued.n_certificates || !pem.len || pem.is_full)
		abort();
	return 0;
}
