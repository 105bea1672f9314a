// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "run/attach.h"
#include "run/preflight.h"
#include "run/sources.h"

/* Set by the handler; there is one of each signal in a process. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
	stop_signal = number;
}

struct signals {
	struct sigaction old_int, old_term;
	sigset_t old_mask; /* as it was: used while waiting */
};

/* Signals come only while waiting or writing, so that none falls between a look and a sleep. */
static void signals_start(struct signals *s)
{
	struct sigaction action = { .sa_handler = on_signal };

	stop_signal = 0;
	sigaction(SIGINT, &action, &s->old_int);
	sigaction(SIGTERM, &action, &s->old_term);
	sigprocmask(SIG_SETMASK, NULL, &s->old_mask);
}

static void signals_end(const struct signals *s)
{
	sigaction(SIGINT, &s->old_int, NULL);
	sigaction(SIGTERM, &s->old_term, NULL);
}

struct session {
	struct loader *loader;
	const struct session_options *options;
	struct output out;
	struct sources sources;
	struct attachments attachments;
	struct signals signals;
	uint64_t end_ns; /* UINT64_MAX: none */
	struct pollfd *polls;
	uint64_t n_lost_said;
	uint64_t said_ns;
	struct err *err;
};

/* Nanoseconds until something is due by the clock. */
static uint64_t next_due(const struct session *s, uint64_t now)
{
	uint64_t due = s->end_ns;

	for (size_t i = 0; i < s->sources.n_items; i++) {
		const struct source *source = &s->sources.items[i];
		uint64_t at = UINT64_MAX;

		if (source->kind == SOURCE_MAP || source->kind == SOURCE_ITER)
			at = source->due_ns;
		else if (source->sleep_us)
			at = now + source->sleep_us * 1000;
		if (at < due)
			due = at;
	}
	if (due == UINT64_MAX)
		return due;
	return due > now ? due - now : 0;
}

static int fd_of(const struct source *source)
{
	if (source->sleep_us) /* being polled: that there is something is no news */
		return -1;
	switch (source->kind) {
	case SOURCE_RING:
		return source_ring_fd(source->ring);
	case SOURCE_PERF:
		return source_perf_fd(source->perf);
	case SOURCE_TRACE:
		return source_trace_fd(source->trace);
	default:
		return -1;
	}
}

static void wait_for_something(struct session *s)
{
	uint64_t left = next_due(s, clock_ns());
	struct timespec timeout = { left / 1000000000, left % 1000000000 };
	sigset_t blocked;
	size_t n = 0;

	for (size_t i = 0; i < s->sources.n_items; i++)
		s->polls[n++] = (struct pollfd){ fd_of(&s->sources.items[i]), POLLIN, 0 };
	/* a reader that goes away is seen without a write */
	s->polls[n++] = (struct pollfd){ s->out.fd, 0, 0 };
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	if (!stop_signal &&
	    ppoll(s->polls, n, left == UINT64_MAX ? NULL : &timeout, &s->signals.old_mask) > 0 &&
	    s->polls[n - 1].revents & (POLLERR | POLLHUP | POLLNVAL))
		s->out.is_closed = true;
	sigprocmask(SIG_SETMASK, &s->signals.old_mask, NULL);
}

/* Loss is said when it happens, once a second at most. */
static void say_losses(struct session *s, bool is_last)
{
	uint64_t full, lost = sources_lost(&s->sources, &full), now;

	if (lost == s->n_lost_said)
		return;
	now = clock_ns();
	if (!is_last && now - s->said_ns < 1000000000)
		return;
	s->said_ns = now;
	log_warn("lost %llu events: the buffer was full",
		 (unsigned long long)(lost - s->n_lost_said));
	s->n_lost_said = lost;
}

static bool is_over(const struct session *s)
{
	return stop_signal || s->out.is_closed || s->out.events_left == 0 ||
	       sources_are_over(&s->sources) || clock_ns() >= s->end_ns;
}

static int loop(struct session *s)
{
	while (!is_over(s)) {
		wait_for_something(s);
		output_stamp(&s->out);
		if (sources_read(&s->sources, false, s->err) < 0)
			return -1;
		output_flush(&s->out);
		say_losses(s, false);
	}
	return 0;
}

/* What is in the buffers still, while the programs are attached: the last lines come at once. */
static int drain(struct session *s)
{
	if (s->out.is_closed || s->out.events_left == 0)
		return 0;
	output_stamp(&s->out);
	if (sources_read(&s->sources, true, s->err) < 0)
		return -1;
	output_flush(&s->out);
	return 0;
}

static int sum_up(struct session *s)
{
	uint64_t full, lost = sources_lost(&s->sources, &full);

	say_losses(s, true);
	if (full && !lost)
		log_warn("the ring buffer was full %llu times: events may have been lost, which "
			 "this package does not count",
			 (unsigned long long)full);
	log_verbose("%llu records", (unsigned long long)sources_records(&s->sources));
	if (s->out.has_failed)
		return err_set(s->err, EC_FAILED, "write the output: %s", strerror(s->out.error));
	if ((lost || full) && s->options->fails_on_loss)
		return err_set(s->err, EC_LOST, "events were lost");
	return 0;
}

static void say_start(const struct session *s)
{
	if (s->sources.n_items)
		log_verbose("%s: programs attached: %zu", s->loader->name, s->attachments.n_items);
	else
		log_note("%s: programs attached: %zu; it has nothing to print, ^C ends it",
			 s->loader->name, s->attachments.n_items);
}

/* The header of a single source at once: it says that the tool runs. */
static void print_first_header(struct session *s)
{
	struct source *only = &s->sources.items[0];

	if (s->sources.n_items != 1 || (only->kind != SOURCE_RING && only->kind != SOURCE_PERF) ||
	    only->stream.is_quiet_header)
		return;
	output_line(&s->out, only->plan->header);
	only->stream.is_quiet_header = true;
	output_flush(&s->out);
}

static int start(struct session *s)
{
	const struct session_options *o = s->options;

	if (loader_load(s->loader, o->skip, o->n_skip, s->err) < 0 ||
	    sources_open(s->loader, o, &s->out, &s->sources, s->err) < 0 ||
	    attach_all(s->loader, &s->attachments, s->err) < 0 ||
	    sources_add_iterators(&s->sources, &s->attachments, o, &s->out, s->err) < 0)
		return -1;
	s->polls = mem_array(s->sources.n_items + 1, sizeof(*s->polls));
	s->end_ns = o->duration_ns ? clock_ns() + o->duration_ns : UINT64_MAX;
	if (o->count)
		s->out.events_left = o->count;
	say_start(s);
	print_first_header(s);
	return 0;
}

static void session_done(struct session *s)
{
	attachments_done(&s->attachments);
	sources_done(&s->sources);
	output_done(&s->out);
	free(s->polls);
	signals_end(&s->signals);
}
AUTO_STRUCT(session, struct session, session_done);

int session_run(struct loader *loader, const struct session_options *options, struct err *err)
{
	AUTO(session) struct session s = { .loader = loader, .options = options, .err = err };

	if (preflight_rights(err) < 0)
		return -1;
	output_init(&s.out, STDOUT_FILENO, &stop_signal);
	s.out.is_stamp_iso = options->is_json;
	s.out.wants_stamp = options->is_json || options->has_timestamp;
	signals_start(&s.signals);
	if (start(&s) < 0 || loop(&s) < 0 || drain(&s) < 0)
		return -1;
	return sum_up(&s);
}
