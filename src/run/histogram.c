// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/histogram.h"

#include <inttypes.h>

#define STARS 40
#define NARROW 33 /* slots whose numbers fit 10 columns; wider lines have half the stars */

static void add_bar(struct str *out, uint64_t value, uint64_t most, unsigned int stars)
{
	unsigned int n = (unsigned __int128)value * stars / most;

	str_addc(out, '|');
	for (unsigned int i = 0; i < stars; i++)
		str_addc(out, i < n ? '*' : ' ');
	str_adds(out, "|\n");
}

static void add_log2_line(struct str *out, size_t slot, int width, uint64_t count)
{
	uint64_t low = slot >= 63 ? 1ull << 63 : slot ? 1ull << slot : 0;
	uint64_t high = slot >= 63 ? UINT64_MAX : (2ull << slot) - 1;

	str_addf(out, "%*" PRIu64 " -> %-*" PRIu64 " : %-8" PRIu64 " ", width, low, width, high,
		 count);
}

void histogram_add(const uint64_t *slots, size_t n_slots, enum histogram_scale scale,
		   const char *unit, struct str *out)
{
	AUTO(free) char *clean = NULL;
	uint64_t most = 0;
	size_t n = 0;
	int width;

	for (size_t i = 0; i < n_slots; i++) {
		if (slots[i])
			n = i + 1;
		if (slots[i] > most)
			most = slots[i];
	}
	if (n == 0)
		return;
	width = n <= NARROW ? 10 : 20;
	clean = text_printable(unit, strlen(unit));
	if (scale == HISTOGRAM_LOG2)
		str_addf(out, "%*s%-*s : count    distribution\n", width - 5, "", width + 9, clean);
	else
		str_addf(out, "%-*s : count    distribution\n", 13, clean);
	for (size_t i = 0; i < n; i++) {
		if (scale == HISTOGRAM_LOG2)
			add_log2_line(out, i, width, slots[i]);
		else
			str_addf(out, "%-13zu : %-8" PRIu64 " ", i, slots[i]);
		add_bar(out, slots[i], most,
			scale == HISTOGRAM_LOG2 && n > NARROW ? STARS / 2 : STARS);
	}
}
