// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_TRUST_PRIV_H
#define EPM_PKG_TRUST_PRIV_H

/* Between the files of trust. */
#include "pkg/trust.h"

/* A verdict as it is kept: by digest and place, for a policy that has this hash. */
bool trust_verdict_read(const struct trust *trust, const struct trust_subject *subject,
			const char *hash, struct trust_decision *out);

/* expires: 0: never. Failing is only slower later; nothing is said. */
void trust_verdict_write(const struct trust *trust, const struct trust_subject *subject,
			 const char *hash, int64_t expires, const struct trust_decision *decision);

#endif
