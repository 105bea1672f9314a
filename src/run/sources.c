// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/sources.h"

#include "base/alloc.h"
#include "base/identity.h"

static void source_done(struct source *source)
{
	switch (source->kind) {
	case SOURCE_RING:
		source_ring_free(source->ring);
		break;
	case SOURCE_PERF:
		source_perf_free(source->perf);
		break;
	case SOURCE_MAP:
		source_map_free(source->map);
		break;
	case SOURCE_TRACE:
		source_trace_free(source->trace);
		break;
	case SOURCE_ITER:
		source_iter_free(source->iter);
		break;
	}
	plan_free(source->plan);
}

void sources_done(struct sources *sources)
{
	for (size_t i = 0; i < sources->n_items; i++)
		source_done(&sources->items[i]);
	free(sources->items);
	*sources = (struct sources){ 0 };
}

static int read_timed(struct source *source, bool is_last, struct err *err)
{
	uint64_t now = clock_ns();
	int rc;

	if (now < source->due_ns && !(is_last && source->kind == SOURCE_MAP))
		return 0;
	/* keep to the beat; after a pause of several beats begin anew */
	source->due_ns += source->interval_ns;
	if (source->due_ns < now)
		source->due_ns = now + source->interval_ns;
	identity_raise();
	if (source->kind == SOURCE_MAP)
		rc = source_map_print(source->map, err);
	else
		rc = source_iter_print(source->iter, err);
	identity_lower();
	if (source->interval_ns == 0)
		source->due_ns = UINT64_MAX;
	return rc;
}

bool sources_are_over(const struct sources *sources)
{
	for (size_t i = 0; i < sources->n_items; i++)
		if (sources->items[i].kind != SOURCE_ITER || sources->items[i].due_ns != UINT64_MAX)
			return false;
	return sources->n_items > 0;
}

int sources_read(struct sources *sources, bool is_last, struct err *err)
{
	for (size_t i = 0; i < sources->n_items; i++) {
		struct source *source = &sources->items[i];

		switch (source->kind) {
		case SOURCE_RING:
			source->sleep_us = source_ring_read(source->ring);
			break;
		case SOURCE_PERF:
			source->sleep_us = source_perf_read(source->perf);
			if (is_last)
				source_perf_count_lost(source->perf);
			break;
		case SOURCE_MAP:
		case SOURCE_ITER:
			if (read_timed(source, is_last, err) < 0)
				return -1;
			break;
		case SOURCE_TRACE:
			source_trace_read(source->trace);
			break;
		}
	}
	return 0;
}

uint64_t sources_lost(const struct sources *sources, uint64_t *out_full)
{
	uint64_t lost = 0, full = 0;

	for (size_t i = 0; i < sources->n_items; i++) {
		const struct source *source = &sources->items[i];

		if (source->kind == SOURCE_RING || source->kind == SOURCE_PERF) {
			lost += source->stream.n_lost;
			if (source->stream.lost_counter)
				lost += *source->stream.lost_counter;
			else
				full += source->stream.n_full;
		} else if (source->kind == SOURCE_TRACE) {
			lost += source_trace_lost(source->trace);
		}
	}
	*out_full = full;
	return lost;
}

uint64_t sources_records(const struct sources *sources)
{
	uint64_t n = 0;

	for (size_t i = 0; i < sources->n_items; i++) {
		const struct source *source = &sources->items[i];

		if (source->kind == SOURCE_MAP)
			n += source_map_rows(source->map);
		else if (source->kind == SOURCE_TRACE)
			n += source_trace_lines(source->trace);
		else if (source->kind == SOURCE_ITER)
			n += source_iter_lines(source->iter);
		else
			n += source->stream.n_records;
	}
	return n;
}
