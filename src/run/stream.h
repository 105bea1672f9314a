// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_STREAM_H
#define EPM_RUN_STREAM_H

/*
 * What a source of records feeds: the plan to print them by, the output they go to, and the counts.
 * And the pace at which such a source is read: woken by the kernel for each record while records
 * are rare, polled in batches without any wake-up while they are many (a wake-up costs the traced
 * program 10 us, printing a record 50 ns).
 */
#include "base/clock.h"
#include "run/plan.h"

struct stream {
	const char *source; /* name of the map */
	const struct plan *plan;
	struct output *out;
	uint64_t n_records;
	uint64_t n_lost;
	const volatile uint64_t *lost_counter; /* where the programs count losses; or NULL */
	uint64_t n_full; /* times the buffer was seen full: records may have been lost uncounted */
	bool is_quiet_header; /* the header was printed, or is not wanted */
};

static inline void stream_record(struct stream *stream, const void *record, uint32_t size)
{
	struct output *out = stream->out;

	stream->n_records++;
	if (__builtin_expect(out->events_left == 0, 0))
		return;
	out->events_left--;
	if (__builtin_expect(!stream->is_quiet_header, 0)) {
		output_line(out, stream->plan->header);
		stream->is_quiet_header = true;
	}
	plan_print(stream->plan, out, record, size);
}

#define PACE_WINDOW_NS 10000000ull /* more than PACE_MANY records within it: poll */
#define PACE_MANY 32
#define PACE_SLEEP_LEAST_US 250
#define PACE_SLEEP_MOST_US 5000
#define PACE_THIN_ROUNDS 4 /* polls with next to nothing before being woken again */

struct pace {
	bool is_polling;
	unsigned int n_thin;
	uint64_t window_start_ns;
	uint64_t n_in_window;
	uint64_t sleep_us;
};

enum pace_change { PACE_SAME, PACE_TO_POLLING, PACE_TO_WAKING };

/*
 * After each reading: n records came, which filled `part` 1024ths of the buffer. Returns whether
 * the source must change between being woken and being polled.
 */
enum pace_change pace_step(struct pace *pace, uint64_t n, unsigned int part, uint64_t now_ns);

#endif
