// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_REFUSAL_CAUSES_H
#define EPM_RUN_REFUSAL_CAUSES_H

/* What the verifier's messages mean: refusal.h. */
#include "base/str.h"

struct refusal_cause {
	const char *words; /* that stand in the message, in this order where there is a '*' */
	const char *cause;
	const char *advice; /* or NULL */
	const char *since;  /* or NULL */
};

/* NULL: not known. The table is constant. */
const struct refusal_cause *refusal_cause_of(struct span message);

#endif
