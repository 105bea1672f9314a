// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "oci/auth.h"

/* What a registry says before and after it is asked for a token. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(free) char *text = mem_textn((const char *)data, size);
	AUTO(oci_challenge) struct oci_challenge challenge = { 0 };
	AUTO(oci_token) struct oci_token token = { 0 };
	AUTO(free) char *url = NULL;
	struct err err = { 0 };

	if (oci_challenge_parse(text, &challenge, &err) == 0) {
		if (challenge.scheme == OCI_SCHEME_NONE)
			abort();
		if (challenge.scheme == OCI_SCHEME_BEARER) {
			url = oci_token_url(&challenge, challenge.scope ? challenge.scope : "");
			if (strncmp(url, challenge.realm, strlen(challenge.realm)) != 0)
				abort();
		}
	}
	err = (struct err){ 0 };
	if (oci_token_parse((struct span){ (const char *)data, size }, 1800000000, &token, &err) ==
	    0)
		for (const char *p = token.text; *p; p++)
			if (*p <= ' ' || *p > '~')
				abort();
	return 0;
}
