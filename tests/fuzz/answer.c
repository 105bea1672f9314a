// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "oci/registry.h"
#include "oci/retry.h"
#include "oci/url.h"

/* Bodies of errors, and the fields of answers that lead elsewhere or ask for patience. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(free) char *text = mem_textn((const char *)data, size);
	AUTO(free) char *next = oci_link_next(text);
	AUTO(free) char *url = oci_url_resolve("https://a.example/v2/x/tags/list", text);
	AUTO(free) struct oci_digest *missing = NULL;
	AUTO(oci_origin) struct oci_origin origin = { 0 };
	struct http_answer answer = { .status = 400, .body.max = 1 << 20 };
	struct err err = { 0 };
	size_t n = 0;

	if (next && strlen(next) > size)
		abort();
	if (oci_retry_after(text, 1800000000) < -1)
		abort();
	if (oci_origin_of(url, &origin, &err) == 0 && (!origin.host || !*origin.host))
		abort();
	str_add(&answer.body, data, size);
	if (oci_answer_missing_blobs(&answer, &missing, &n) && !n)
		abort();
	if (oci_answer_error(&answer, &err) != -1 || err.code != EC_NETWORK)
		abort();
	http_answer_done(&answer);
	return 0;
}
