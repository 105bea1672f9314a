// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/clock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/str.h"

#define LAST_SECOND 253402300799ull /* of the year 9999 */

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

static void put_digits(char *out, int value, int n)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		out[i] = '0' + value % 10;
}

char *clock_rfc3339(int64_t seconds)
{
	char text[] = "0000-00-00T00:00:00Z";
	time_t t = seconds;
	struct tm tm;

	if (seconds < 0 || !gmtime_r(&t, &tm))
		return mem_text("1970-01-01T00:00:00Z");
	if (tm.tm_year + 1900 > 9999)
		return mem_text("9999-12-31T23:59:59Z");
	put_digits(text, tm.tm_year + 1900, 4);
	put_digits(text + 5, tm.tm_mon + 1, 2);
	put_digits(text + 8, tm.tm_mday, 2);
	put_digits(text + 11, tm.tm_hour, 2);
	put_digits(text + 14, tm.tm_min, 2);
	put_digits(text + 17, tm.tm_sec, 2);
	return mem_textn(text, sizeof(text) - 1);
}

/* n digits at text[at]; -1 when they are not all digits. */
static int digits(const char *text, int at, int n)
{
	int value = 0;

	for (int i = at; i < at + n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + text[i] - '0';
	}
	return value;
}

/* "Z" or "+hh:mm" to the end of the text: seconds east of Greenwich. */
static bool parse_offset(const char *text, int *out_s)
{
	int hours, minutes;

	*out_s = 0;
	if ((*text == 'Z' || *text == 'z') && !text[1])
		return true;
	if ((*text != '+' && *text != '-') || strlen(text) != 6 || text[3] != ':')
		return false;
	hours = digits(text, 1, 2);
	minutes = digits(text, 4, 2);
	if (hours < 0 || minutes < 0 || hours > 23 || minutes > 59)
		return false;
	*out_s = (hours * 60 + minutes) * (*text == '-' ? -60 : 60);
	return true;
}

/* Days from 1970-01-01 in the Gregorian calendar; timegm() would read the time zone's file. */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t era_year = month <= 2 ? year - 1 : year;
	int64_t era = (era_year >= 0 ? era_year : era_year - 399) / 400;
	int64_t of_era = era_year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* RFC 3339 5.6: "2026-11-22T02:51:00" and what may follow */
int64_t clock_parse_rfc3339(const char *text)
{
	struct tm tm = { 0 };
	int offset_s;

	if (strlen(text) < 20 || text[4] != '-' || text[7] != '-' || !strchr("Tt ", text[10]) ||
	    text[13] != ':' || text[16] != ':')
		return -1;
	tm.tm_year = digits(text, 0, 4) - 1900;
	tm.tm_mon = digits(text, 5, 2) - 1;
	tm.tm_mday = digits(text, 8, 2);
	tm.tm_hour = digits(text, 11, 2);
	tm.tm_min = digits(text, 14, 2);
	tm.tm_sec = digits(text, 17, 2);
	if (tm.tm_year < 0 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 ||
	    tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60)
		return -1;
	text += 19;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9';)
			text++;
	if (!parse_offset(text, &offset_s))
		return -1;
	return days_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 86400 + tm.tm_hour * 3600 +
	       tm.tm_min * 60 + tm.tm_sec - offset_s;
}

int clock_source_date(char **out, struct err *err)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds;

	*out = NULL;
	if (!epoch || !*epoch)
		return 0;
	if (text_number(span_of(epoch), LAST_SECOND, "SOURCE_DATE_EPOCH", &seconds, err) < 0)
		return -1;
	*out = clock_rfc3339((int64_t)seconds);
	return 0;
}
