// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_REKOR_PRIV_H
#define EPM_SIGN_REKOR_PRIV_H

/* Between the two versions of Rekor's interface. */
#include "base/json.h"
#include "sign/bundle.h"

#define SIGN_REKOR_WHAT "answer" /* in messages */

typedef int sign_rekor_read(const struct js_at *at, struct sign_tlog_entry *out, struct err *err);

/* An answer, whose document `read` takes the entry from; *out stays on failure. */
int sign_rekor_parse(struct span text, sign_rekor_read *read, struct sign_tlog_entry *out,
		     struct err *err) MUST_CHECK;

#endif
