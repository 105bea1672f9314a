// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SOURCES_H
#define EPM_RUN_SOURCES_H

/*
 * All that a loaded package has to say: which of its maps are sources, of which type their records
 * are, and reading them in turn.
 */
#include "base/err.h"
#include "run/attach.h"
#include "run/loader.h"
#include "run/session.h"
#include "run/source_iter.h"
#include "run/source_map.h"
#include "run/source_perf.h"
#include "run/source_ring.h"
#include "run/source_trace.h"

enum source_kind { SOURCE_RING, SOURCE_PERF, SOURCE_MAP, SOURCE_TRACE, SOURCE_ITER };

struct source {
	enum source_kind kind;
	struct stream stream; /* ring and perf */
	struct plan *plan;
	union {
		struct source_ring *ring;
		struct source_perf *perf;
		struct source_map *map;
		struct source_trace *trace;
		struct source_iter *iter;
	};
	uint64_t sleep_us;    /* ring and perf: read again after; 0: when poll() says */
	uint64_t due_ns;      /* map and iterator: when to read next; UINT64_MAX: not again */
	uint64_t interval_ns; /* 0: once */
};

struct sources {
	struct source *items;
	size_t n_items;
};

/* After loading, before attaching: nothing is lost then. */
int sources_open(struct loader *loader, const struct session_options *options,
		 struct output *out_text, struct sources *out, struct err *err) MUST_CHECK;

/* After attaching: iterators among the programs are sources too. */
int sources_add_iterators(struct sources *sources, const struct attachments *attachments,
			  const struct session_options *options, struct output *out_text,
			  struct err *err) MUST_CHECK;

/* Is there nothing that can still come? */
bool sources_are_over(const struct sources *sources);
void sources_done(struct sources *sources);
AUTO_STRUCT(sources, struct sources, sources_done);

/* Read what wants to be read; is_last: everything, once more, before the end. */
int sources_read(struct sources *sources, bool is_last, struct err *err) MUST_CHECK;

/* Records lost for certain; *out_full: times a buffer was full without a count of the loss. */
uint64_t sources_lost(const struct sources *sources, uint64_t *out_full);
uint64_t sources_records(const struct sources *sources);

#endif
