// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SOURCE_PERF_H
#define EPM_RUN_SOURCE_PERF_H

/*
 * A reader for BPF_MAP_TYPE_PERF_EVENT_ARRAY over libbpf's perf_buffer. So that the kernel need not
 * wake the reader for each record, every CPU has two perf events on one buffer: one that wakes on
 * each record and one that hardly ever does (PERF_EVENT_IOC_SET_OUTPUT). Which of them stands in the
 * map decides.
 */
#include "base/err.h"
#include "run/stream.h"

struct source_perf;

/* n_pages for each CPU, a power of two. Needs rights for perf events. The stream is borrowed. */
int source_perf_open(int fd, size_t n_pages, struct stream *stream, struct source_perf **out,
		     struct err *err) MUST_CHECK;
void source_perf_free(struct source_perf *perf);
uint64_t source_perf_read(struct source_perf *perf); /* as source_ring_read() */
/*
 * A loss stands in the buffer before the next record that finds room; this counts also those that
 * no record came after. Interrupts every CPU: for the end. Before Linux 6.0 it does nothing.
 */
void source_perf_count_lost(struct source_perf *perf);
int source_perf_fd(const struct source_perf *perf);

#endif
