// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/alloc.h"

uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

int64_t clock_wall(void)
{
	return time(NULL);
}

char *clock_age(int64_t then, int64_t now)
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = {
		{ 365 * 86400, "year" }, { 30 * 86400, "month" }, { 7 * 86400, "week" },
		{ 86400, "day" },	 { 3600, "hour" },	  { 60, "minute" },
		{ 1, "second" },
	};
	int64_t age = now - then, n;

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		n = age / units[i].seconds;
		if (n > 0)
			return mem_printf("%lld %s%s ago", (long long)n, units[i].unit,
					  n == 1 ? "" : "s");
	}
	return mem_text("just now");
}

char *clock_rfc3339(int64_t seconds)
{
	time_t t = seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return mem_text("1970-01-01T00:00:00Z");
	return mem_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
			  tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int64_t clock_parse_rfc3339(const char *text)
{
	int y, mo, d, h, mi, s, used = 0, oh = 0, om = 0;
	struct tm tm = { 0 };
	char sign;

	if (sscanf(text, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6)
		return -1;
	text += used;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9';)
			text++;
	if (*text != 'Z' && *text != 'z') {
		if (sscanf(text, "%c%2d:%2d", &sign, &oh, &om) != 3 || (sign != '+' && sign != '-'))
			return -1;
		if (sign == '-') {
			oh = -oh;
			om = -om;
		}
	}
	tm.tm_year = y - 1900;
	tm.tm_mon = mo - 1;
	tm.tm_mday = d;
	tm.tm_hour = h - oh;
	tm.tm_min = mi - om;
	tm.tm_sec = s;
	return timegm(&tm);
}
