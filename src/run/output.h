// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_OUTPUT_H
#define EPM_RUN_OUTPUT_H

/*
 * Where events go: one large buffer, written with one write() when it is full and when the sources
 * are drained, into a pipe and a file too, so that the output is always live.
 *
 * Once the reader has gone or a write has failed, or the person wants to stop and the reader does
 * not read, nothing more is written and is_closed is set.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"

struct output {
	char *start;
	char *p;     /* where the next byte goes */
	char *limit; /* flush when p has come so far; there is room behind it */
	size_t room; /* behind limit */
	int fd;
	bool is_closed;
	bool has_failed;      /* by something else than the reader's going */
	int error;	      /* errno of the failure */
	unsigned int columns; /* of the terminal; 0: not a terminal, lines are never cut */
	uint64_t events_left; /* --count; UINT64_MAX: no end */
	const volatile sig_atomic_t *stop; /* set by a signal */
	char stamp[40]; /* the time of this batch, as --timestamp and JSON show it */
	unsigned int stamp_len;
	bool wants_stamp;  /* else output_stamp() does nothing */
	bool is_stamp_iso; /* RFC 3339 in UTC for JSON, else the local time of day */
	int64_t stamp_second;
};

void output_init(struct output *out, int fd, const volatile sig_atomic_t *stop);
void output_done(struct output *out);
AUTO_STRUCT(output, struct output, output_done);

/* Make sure of n bytes of room behind the limit, before a source starts. */
void output_need(struct output *out, size_t n);

void output_flush(struct output *out);

/* Text that was made elsewhere, of any length; control bytes are the caller's business. */
void output_text(struct output *out, const char *text, size_t len);

/* Take the time for what comes next. */
void output_stamp(struct output *out);

/* A line that was made elsewhere, with its newline, cut to the terminal's width. */
void output_line(struct output *out, const char *text);

/* Cut the line that begins at `line` to the terminal's width, if it is one. */
void output_fit(struct output *out, char *line);

#endif
