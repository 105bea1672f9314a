// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/stream.h"

static enum pace_change while_woken(struct pace *pace, uint64_t n, uint64_t now_ns)
{
	if (now_ns - pace->window_start_ns > PACE_WINDOW_NS) {
		pace->window_start_ns = now_ns;
		pace->n_in_window = 0;
	}
	pace->n_in_window += n;
	if (pace->n_in_window <= PACE_MANY)
		return PACE_SAME;
	pace->is_polling = true;
	pace->n_thin = 0;
	pace->sleep_us = 1000;
	return PACE_TO_POLLING;
}

static void adapt_sleep(struct pace *pace, unsigned int part)
{
	if (part > 1024 / 8)
		pace->sleep_us /= 2;
	else if (part < 1024 / 32)
		pace->sleep_us += pace->sleep_us / 4;
	if (pace->sleep_us < PACE_SLEEP_LEAST_US)
		pace->sleep_us = PACE_SLEEP_LEAST_US;
	if (pace->sleep_us > PACE_SLEEP_MOST_US)
		pace->sleep_us = PACE_SLEEP_MOST_US;
}

enum pace_change pace_step(struct pace *pace, uint64_t n, unsigned int part, uint64_t now_ns)
{
	if (!pace->is_polling)
		return while_woken(pace, n, now_ns);
	adapt_sleep(pace, part);
	/* fewer than one a millisecond: being woken is cheaper than looking */
	pace->n_thin = n < pace->sleep_us / 1000 + 1 ? pace->n_thin + 1 : 0;
	if (pace->n_thin < PACE_THIN_ROUNDS)
		return PACE_SAME;
	pace->is_polling = false;
	pace->window_start_ns = now_ns;
	pace->n_in_window = 0;
	return PACE_TO_WAKING;
}
