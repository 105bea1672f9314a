// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_BUNDLE_PRIV_H
#define EPM_SIGN_BUNDLE_PRIV_H

/* The parts of reading a bundle. */
#include "base/json.h"
#include "sign/bundle.h"

/* verificationMaterial.tlogEntries[i] */
int sign_bundle_entry(const struct js_at *at, struct sign_tlog_entry *out,
		      struct err *err) MUST_CHECK;

#endif
