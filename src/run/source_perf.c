// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/source_perf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/identity.h"
#include "base/log.h"

struct source_perf {
	struct stream *stream;
	struct perf_buffer *buffer;
	int map_fd;
	size_t n_buffers;
	int *silent; /* a CPU's event that does not wake; -1: there is none */
	bool can_be_silent;
	bool counts_lost; /* the kernel tells by read() how many records an event has lost */
	uint64_t size;	  /* bytes, of a CPU's buffer */
	uint64_t n_bytes; /* read so far */
	struct pace pace;
};

/* As the kernel puts them into the buffer (perf_event_open(2)). */
struct sample {
	struct perf_event_header header;
	__u32 size;
	char data[];
};

struct lost_record {
	struct perf_event_header header;
	__u64 id;
	__u64 n;
};

static enum bpf_perf_event_ret on_event(void *context, int cpu, struct perf_event_header *header)
{
	struct source_perf *perf = context;
	const struct sample *sample = (const struct sample *)header;

	if (header->type == PERF_RECORD_SAMPLE) {
		perf->n_bytes += header->size;
		stream_record(perf->stream, sample->data, sample->size);
	} else if (header->type == PERF_RECORD_LOST) {
		perf->stream->n_lost += ((const struct lost_record *)header)->n;
	}
	return LIBBPF_PERF_EVENT_CONT;
}

static struct perf_event_attr attributes(const struct source_perf *perf)
{
	return (struct perf_event_attr){
		.size = sizeof(struct perf_event_attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.wakeup_events = 1,
		.read_format = perf->counts_lost ? PERF_FORMAT_LOST : 0,
	};
}

/* With the count of losses (since 6.0), else without. */
static int open_waking(struct source_perf *perf, size_t n_pages)
{
	struct perf_event_attr attr;

	for (int i = 0; i < 2 && !perf->buffer; i++) {
		perf->counts_lost = i == 0;
		attr = attributes(perf);
		perf->buffer =
			perf_buffer__new_raw(perf->map_fd, n_pages, &attr, on_event, perf, NULL);
	}
	return perf->buffer ? 0 : -1;
}

/* Buffers are numbered as the CPUs that are online; holes are possible, hence the map's index. */
static int open_silent(const struct source_perf *perf, int waking, int cpu)
{
	struct perf_event_attr attr = attributes(perf);
	int fd;

	attr.watermark = 1;
	attr.wakeup_watermark = perf->size / 2;
	fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, waking) < 0 ||
	    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Without them it still works, each record with its wake-up. */
static void open_all_silent(struct source_perf *perf)
{
	perf->silent = mem_array(perf->n_buffers, sizeof(*perf->silent));
	perf->can_be_silent = perf->n_buffers == (size_t)libbpf_num_possible_cpus();
	for (size_t i = 0; i < perf->n_buffers; i++) {
		perf->silent[i] = -1;
		if (perf->can_be_silent)
			perf->silent[i] =
				open_silent(perf, perf_buffer__buffer_fd(perf->buffer, i), i);
		if (perf->silent[i] < 0)
			perf->can_be_silent = false;
	}
	if (!perf->can_be_silent)
		log_trace(TRACE_load, "%s: no silent perf events, each record wakes",
			  perf->stream->source);
}

int source_perf_open(int fd, size_t n_pages, struct stream *stream, struct source_perf **out,
		     struct err *err)
{
	struct source_perf *perf = mem_alloc(sizeof(*perf));

	perf->stream = stream;
	perf->map_fd = fd;
	perf->size = n_pages * sysconf(_SC_PAGESIZE);
	perf->pace.window_start_ns = clock_ns();
	if (open_waking(perf, n_pages) < 0) {
		err_errno(err, "open the perf buffer %s", stream->source);
		free(perf);
		return -1;
	}
	perf->n_buffers = perf_buffer__buffer_cnt(perf->buffer);
	open_all_silent(perf);
	*out = perf;
	return 0;
}

void source_perf_free(struct source_perf *perf)
{
	if (!perf)
		return;
	for (size_t i = 0; i < perf->n_buffers; i++)
		if (perf->silent[i] >= 0)
			close(perf->silent[i]);
	free(perf->silent);
	perf_buffer__free(perf->buffer);
	free(perf);
}

int source_perf_fd(const struct source_perf *perf)
{
	return perf_buffer__epoll_fd(perf->buffer);
}

static void put_in_map(struct source_perf *perf, bool is_silent)
{
	identity_raise();
	for (size_t i = 0; i < perf->n_buffers; i++) {
		int cpu = i;
		int fd = is_silent ? perf->silent[i] : perf_buffer__buffer_fd(perf->buffer, i);

		if (bpf_map_update_elem(perf->map_fd, &cpu, &fd, 0) < 0)
			log_trace(TRACE_load, "%s: cpu %d: %m", perf->stream->source, cpu);
	}
	identity_lower();
}

uint64_t source_perf_read(struct source_perf *perf)
{
	uint64_t before = perf->stream->n_records, bytes = perf->n_bytes;
	unsigned int part;

	/* poll with 0 clears what epoll has to say; consume reads what came without a wake-up */
	if (!perf->pace.is_polling)
		perf_buffer__poll(perf->buffer, 0);
	perf_buffer__consume(perf->buffer);
	if (!perf->can_be_silent)
		return 0;
	part = (perf->n_bytes - bytes) * 1024 / perf->size;
	switch (pace_step(&perf->pace, perf->stream->n_records - before, part, clock_ns())) {
	case PACE_TO_POLLING:
		put_in_map(perf, true);
		break;
	case PACE_TO_WAKING:
		put_in_map(perf, false);
		perf_buffer__consume(perf->buffer); /* what came before the change */
		break;
	case PACE_SAME:
		break;
	}
	return perf->pace.is_polling ? perf->pace.sleep_us : 0;
}

static uint64_t lost_of(int fd)
{
	uint64_t values[2]; /* the count itself, which says nothing here, and the losses */

	return read(fd, values, sizeof(values)) == sizeof(values) ? values[1] : 0;
}

void source_perf_count_lost(struct source_perf *perf)
{
	uint64_t lost = 0;

	if (!perf->counts_lost)
		return;
	for (size_t i = 0; i < perf->n_buffers; i++) {
		lost += lost_of(perf_buffer__buffer_fd(perf->buffer, i));
		if (perf->silent[i] >= 0)
			lost += lost_of(perf->silent[i]);
	}
	if (lost > perf->stream->n_lost)
		perf->stream->n_lost = lost;
}
