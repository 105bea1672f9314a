// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_TAGS_PRIV_H
#define EPM_OCI_TAGS_PRIV_H

/* Pages of listings, for tags.c and referrers.c. Not for others. */
#include "oci/client.h"

/*
 * The address of the page after the one that came; NULL: it was the last. NETWORK for one at another
 * host or the same again. The caller frees *out.
 */
int oci_page_next(const struct oci_call *call, char **out, struct err *err) MUST_CHECK;

#endif
