// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_HISTOGRAM_H
#define EPM_RUN_HISTOGRAM_H

/*
 * Histograms as text, in the form that bcc made known: a line for each slot up to the last that is
 * not empty, with a bar of up to 40 stars.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum histogram_scale {
	HISTOGRAM_LOG2, /* slot i counts values from 2^i to 2^(i+1) - 1, slot 0 those of 0 and 1 */
	HISTOGRAM_LINEAR, /* slot i counts value i */
};

/* Nothing is added when all slots are empty. unit: what is measured, "usecs". */
void histogram_add(const uint64_t *slots, size_t n_slots, enum histogram_scale scale,
		   const char *unit, struct str *out);

#endif
