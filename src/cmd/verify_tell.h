// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_VERIFY_TELL_H
#define EPM_CMD_VERIFY_TELL_H

/* What verification found, for a person and for a program. */
#include "base/json.h"
#include "base/str.h"
#include "pkg/verify.h"

/* What was asked of whom and what came of it. All is borrowed. */
struct verify_tale {
	const char *reference; /* as it is called for a person */
	const struct verify_question *question;
	const struct verify_report *report;
	uint64_t threshold;
	bool is_verified;
};

/*
 * A line for each good signature: who signed what, when, in which form; of attestations the
 * predicate behind it. What came from outside is made safe for a terminal.
 */
void verify_tell(const struct verify_tale *tale, struct str *out);

/* Those that are not good, with the reason, on stderr. */
void verify_tell_others(const struct verify_tale *tale);

/* {"reference", "digest", "verified", "threshold", "signers", "signatures": […]}; the caller's. */
json_t *verify_tale_json(const struct verify_tale *tale);

#endif
