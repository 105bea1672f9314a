// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SOURCE_RING_H
#define EPM_RUN_SOURCE_RING_H

/*
 * A reader for BPF_MAP_TYPE_RINGBUF that can switch the kernel's wake-ups off without help of the
 * program. The kernel wakes a reader only when the record it commits stands where the consumer is
 * (kernel/bpf/ringbuf.c, bpf_ringbuf_commit). While polling, the position made known is held at the
 * start of the last record read, so that it never is. libbpf's ring_buffer cannot do that.
 */
#include "base/err.h"
#include "run/stream.h"

struct source_ring;

/* fd is the map's; size_bytes its max_entries. The stream is borrowed. Needs the map's rights. */
int source_ring_open(int fd, uint64_t size_bytes, struct stream *stream, struct source_ring **out,
		     struct err *err) MUST_CHECK;
void source_ring_free(struct source_ring *ring);

/* Read all there is. Returns microseconds until it wants to be read again; 0: when poll() says. */
uint64_t source_ring_read(struct source_ring *ring);

int source_ring_fd(const struct source_ring *ring); /* readable when there are records */

#endif
