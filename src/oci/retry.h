// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_RETRY_H
#define EPM_OCI_RETRY_H

/* When and how soon a request is made again. */
#include <stdbool.h>
#include <stdint.h>

#define OCI_RETRIES 5	       /* after the first try, as docker, oras and crane have it */
#define OCI_RETRY_AFTER_MAX 60 /* seconds; a server that asks for more gets an error told */

bool oci_status_may_pass(long status); /* 408, 429 and those of 5xx that may pass */

/*
 * Seconds from now (since 1970) that a Retry-After asks for, as a number or as a date (RFC 9110
 * section 10.2.3); -1 where there is none that can be read.
 */
int64_t oci_retry_after(const char *text, int64_t now);

/* A quarter of a second, doubled each time, at most 10 s, and up to a tenth more by `random`. */
uint64_t oci_retry_delay_ns(unsigned int n_tried, uint32_t random);

#endif
