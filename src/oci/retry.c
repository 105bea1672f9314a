// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/retry.h"

#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/str.h"

#define FIRST_NS 250000000ull
#define LONGEST_NS 10000000000ull

bool oci_status_may_pass(long status)
{
	return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

int64_t oci_retry_after(const char *text, int64_t now)
{
	struct err err;
	struct tm tm = { 0 };
	uint64_t seconds;
	const char *end;

	if (!text)
		return -1;
	if (text_number(span_of(text), INT32_MAX, "Retry-After", &seconds, &err) == 0)
		return (int64_t)seconds;
	end = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	if (!end || *end)
		return -1;
	return timegm(&tm) > now ? timegm(&tm) - now : 0;
}

uint64_t oci_retry_delay_ns(unsigned int n_tried, uint32_t random)
{
	uint64_t delay = n_tried < 8 ? FIRST_NS << n_tried : LONGEST_NS;

	if (delay > LONGEST_NS)
		delay = LONGEST_NS;
	return delay + delay / 10 * (random % 1024) / 1024;
}
