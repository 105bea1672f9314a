// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/source_ring.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"

#define RECORD_ALIGN 8

struct source_ring {
	struct stream *stream;
	int fd;
	unsigned long *consumer; /* shared with the kernel */
	const unsigned long *producer;
	const char *data;	/* mapped twice in a row, so that no record is broken */
	uint64_t size;		/* bytes, a power of two */
	unsigned long position; /* up to here everything was read */
	unsigned long last;	/* start of the last record read */
	unsigned long known;	/* what the kernel was told */
	struct pace pace;
	void *mapped;
	size_t mapped_size;
};

int source_ring_open(int fd, uint64_t size_bytes, struct stream *stream, struct source_ring **out,
		     struct err *err)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct source_ring *ring = mem_alloc(sizeof(*ring));

	ring->stream = stream;
	ring->fd = fd;
	ring->size = size_bytes;
	ring->mapped_size = page + 2 * size_bytes;
	ring->consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ring->mapped = mmap(NULL, ring->mapped_size, PROT_READ, MAP_SHARED, fd, page);
	if (ring->consumer == MAP_FAILED || ring->mapped == MAP_FAILED) {
		err_errno(err, "map the ring buffer %s", stream->source);
		source_ring_free(ring);
		return -1;
	}
	ring->producer = ring->mapped;
	ring->data = (const char *)ring->mapped + page;
	ring->position = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
	ring->known = ring->last = ring->position;
	ring->pace.window_start_ns = clock_ns();
	*out = ring;
	return 0;
}

void source_ring_free(struct source_ring *ring)
{
	if (!ring)
		return;
	if (ring->consumer && ring->consumer != MAP_FAILED)
		munmap(ring->consumer, sysconf(_SC_PAGESIZE));
	if (ring->mapped && ring->mapped != MAP_FAILED)
		munmap(ring->mapped, ring->mapped_size);
	free(ring);
}

int source_ring_fd(const struct source_ring *ring)
{
	return ring->fd;
}

static void tell(struct source_ring *ring, unsigned long position, int order)
{
	if (position == ring->known)
		return;
	ring->known = position;
	if (order == __ATOMIC_SEQ_CST)
		__atomic_store_n(ring->consumer, position, __ATOMIC_SEQ_CST);
	else
		__atomic_store_n(ring->consumer, position, __ATOMIC_RELEASE);
}

/* Records up to `end`; false at one that is not committed yet. */
static bool read_to(struct source_ring *ring, unsigned long end)
{
	const uint32_t *header;
	uint32_t word, size;

	while (ring->position < end) {
		header = (const uint32_t *)(ring->data + (ring->position & (ring->size - 1)));
		word = __atomic_load_n(header, __ATOMIC_ACQUIRE);
		if (word & BPF_RINGBUF_BUSY_BIT)
			return false;
		size = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		ring->last = ring->position;
		if (!(word & BPF_RINGBUF_DISCARD_BIT))
			stream_record(ring->stream, header + 2, size);
		ring->position +=
			(size + BPF_RINGBUF_HDR_SZ + RECORD_ALIGN - 1) & ~(RECORD_ALIGN - 1ul);
		/* give room back now and then, or a long batch would fill the buffer */
		if (ring->position - ring->known > ring->size / 8)
			tell(ring, ring->last, __ATOMIC_RELEASE);
	}
	return true;
}

static void note_fullness(struct source_ring *ring, unsigned long end)
{
	/* what was refused cannot be seen; that there was next to no room can */
	if (end - ring->known > ring->size - ring->size / 64)
		ring->stream->n_full++;
}

uint64_t source_ring_read(struct source_ring *ring)
{
	uint64_t before = ring->stream->n_records;
	unsigned long start = ring->position, end;
	unsigned int part;

	do {
		end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
		note_fullness(ring, end);
		if (!read_to(ring, end))
			break;
		if (!ring->pace.is_polling)
			tell(ring, ring->position, __ATOMIC_SEQ_CST);
		/* after the store the producer is looked at again: no record is stranded */
	} while (!ring->pace.is_polling &&
		 ring->position < __atomic_load_n(ring->producer, __ATOMIC_SEQ_CST));
	part = (ring->position - start) * 1024 / ring->size;
	switch (pace_step(&ring->pace, ring->stream->n_records - before, part, clock_ns())) {
	case PACE_TO_POLLING:
		return ring->pace.sleep_us;
	case PACE_TO_WAKING:
		/* poll() looks whether there is something before it sleeps */
		tell(ring, ring->position, __ATOMIC_SEQ_CST);
		return 0;
	case PACE_SAME:
		break;
	}
	if (!ring->pace.is_polling)
		return 0;
	tell(ring, ring->last, __ATOMIC_RELEASE);
	return ring->pace.sleep_us;
}
