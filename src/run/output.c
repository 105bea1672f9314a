// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "run/emit.h"

#define BUFFER_SIZE (128u << 10)
#define PIPE_SIZE (1 << 20) /* the largest an ordinary user may have by default */
#define LAST_WORDS_MS 500   /* how long a reader that is stuck may hold up the end */

void output_init(struct output *out, int fd, const volatile sig_atomic_t *stop)
{
	struct winsize size;

	*out = (struct output){ .fd = fd, .events_left = UINT64_MAX, .stop = stop };
	out->room = 4096;
	out->start = mem_alloc(BUFFER_SIZE + out->room);
	out->p = out->start;
	out->limit = out->start + BUFFER_SIZE;
	out->stamp_second = -1;
	fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE); /* fewer switches of tasks; no pipe: no matter */
	if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0)
		out->columns = size.ws_col;
}

void output_done(struct output *out)
{
	free(out->start);
	out->start = NULL;
}

void output_need(struct output *out, size_t n)
{
	size_t used = out->p - out->start, buffer = out->limit - out->start;

	if (n <= out->room)
		return;
	out->start = mem_resize(out->start, buffer + n, 1);
	out->room = n;
	out->p = out->start + used;
	out->limit = out->start + buffer;
}

/* Interrupted by the signal that ends the run: a reader that does not read must not stop that. */
static bool may_go_on(const struct output *out)
{
	struct pollfd pfd = { .fd = out->fd, .events = POLLOUT };

	if (!*out->stop)
		return true;
	return poll(&pfd, 1, LAST_WORDS_MS) > 0;
}

void output_flush(struct output *out)
{
	const char *p = out->start;
	ssize_t n;

	while (p < out->p && !out->is_closed) {
		n = write(out->fd, p, out->p - p);
		if (n >= 0) {
			p += n;
			continue;
		}
		if ((errno == EINTR || errno == EAGAIN) && may_go_on(out)) {
			if (errno == EAGAIN)
				poll(&(struct pollfd){ .fd = out->fd, .events = POLLOUT }, 1, -1);
			continue;
		}
		out->is_closed = true;
		out->has_failed = errno != EPIPE && errno != EINTR && errno != EAGAIN;
		out->error = errno;
	}
	out->p = out->start;
}

void output_text(struct output *out, const char *text, size_t len)
{
	size_t n;

	while (len) {
		n = (size_t)(out->limit - out->p) < len ? (size_t)(out->limit - out->p) : len;
		out->p = emit_bytes(out->p, text, n);
		text += n;
		len -= n;
		if (out->p >= out->limit)
			output_flush(out);
	}
}

/* The part down to the second is made once a second. */
static void stamp_second(struct output *out, int64_t second)
{
	time_t t = second;
	struct tm tm;

	out->stamp_second = second;
	if (out->is_stamp_iso)
		strftime(out->stamp, sizeof(out->stamp), "%Y-%m-%dT%H:%M:%S", gmtime_r(&t, &tm));
	else
		strftime(out->stamp, sizeof(out->stamp), "%H:%M:%S", localtime_r(&t, &tm));
}

void output_stamp(struct output *out)
{
	struct timespec now;
	char *p;
	unsigned int us;

	if (!out->wants_stamp)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != out->stamp_second)
		stamp_second(out, now.tv_sec);
	p = out->stamp + (out->is_stamp_iso ? 19 : 8);
	us = now.tv_nsec / 1000;
	*p++ = '.';
	for (int i = 5; i >= 0; i--, us /= 10)
		p[i] = '0' + us % 10;
	p += 6;
	if (out->is_stamp_iso)
		*p++ = 'Z';
	out->stamp_len = p - out->stamp;
}

/* How much of a line stands before the "…"; len where all of it fits. */
static size_t fitting(const struct output *out, const char *line, size_t len)
{
	unsigned int column = 0;
	size_t at = 0, n;

	if (!out->columns || len <= out->columns || utf8_width(line, len) <= out->columns)
		return len;
	for (; at < len && column + 1 < out->columns; at += n ? n : 1) {
		n = utf8_length(line + at, len - at);
		column++;
	}
	return at;
}

void output_fit(struct output *out, char *line)
{
	size_t len = out->p - line, at;

	if (len && out->p[-1] == '\n')
		len--;
	at = fitting(out, line, len);
	if (at < len)
		out->p = emit_bytes(line + at, "…\n", strlen("…\n"));
}

void output_line(struct output *out, const char *text)
{
	size_t len = strcspn(text, "\n"), at = fitting(out, text, len);

	output_text(out, text, at);
	output_text(out, at < len ? "…\n" : "\n", at < len ? strlen("…\n") : 1);
}
