// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_URL_H
#define EPM_OCI_URL_H

/*
 * As much of URLs (RFC 3986) as a client must understand itself to decide where its credentials may
 * go: the origin (scheme, host, port) and what a Location or Link means.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"

struct oci_origin {
	bool is_tls;
	char *host; /* lower case; IPv6 without brackets */
	uint16_t port;
};

/*
 * NETWORK for what is not http or https, has a user in it, a port that is none, or characters that
 * no URL has.
 */
int oci_origin_of(const char *url, struct oci_origin *out, struct err *err) MUST_CHECK;
void oci_origin_done(struct oci_origin *origin);
AUTO_STRUCT(oci_origin, struct oci_origin, oci_origin_done);
bool oci_origin_equal(const struct oci_origin *a, const struct oci_origin *b);

/* Host and port as they stand in a URL, or in what is only the rest of one. The caller frees it. */
char *oci_url_host(const char *url);

/* "localhost", 127.0.0.0/8 or ::1, written as addresses; other names are not looked up. */
bool oci_host_is_loopback(const char *host);

/* What `text` means in an answer to `base` (RFC 3986 section 5.2). The caller frees it. */
char *oci_url_resolve(const char *base, const char *text);

/* Append a parameter, with '?' or '&'; what stands there is kept as it is. Caller frees. */
char *oci_url_with(const char *url, const char *name, const char *value);

#endif
