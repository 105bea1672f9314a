// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CLI_PROGRESS_H
#define EPM_CLI_PROGRESS_H

/*
 * Several transfers at once, shown on the terminal of stderr: a line each and one for all, drawn
 * over and over in the same place, at most ten times a second. Each drawing ends at the beginning
 * of a free line and changes no setting of the terminal, so that it is in a good state whenever the
 * process ends. There is no colour. Without a terminal nothing is written, whatever is called.
 *
 *	progress = progress_new(progress_is_wanted() && !is_quiet);
 *	id = progress_add(progress, "opensnoop.bpf.o", 23456);
 *	progress_set(progress, id, 1024);	as bytes come
 *	progress_tick(progress);		often
 *	progress_end(progress, id, NULL);
 *	progress_finish(progress);
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/str.h"

struct progress;

bool progress_is_wanted(void); /* stderr is a terminal, and one that can do this (TERM) */
struct progress *progress_new(bool is_shown);

/* A transfer that waits; control bytes of the label come out escaped. 0 bytes: not known yet. */
size_t progress_add(struct progress *progress, const char *label, uint64_t size_bytes);

void progress_set_size(struct progress *progress, size_t id, uint64_t size_bytes);

/* Bytes there so far. It runs from the first call on; less than before is a new beginning. */
void progress_set(struct progress *progress, size_t id, uint64_t bytes);

/*
 * NULL: done, all bytes have come. A word ("mounted", "already there", "failed") is shown instead,
 * and the transfer does not count in the line for all. Copied.
 */
void progress_end(struct progress *progress, size_t id, const char *word);

void progress_tick(struct progress *progress); /* draws when a tenth of a second has passed */

/* Take the lines away before something else is printed; the next drawing puts them back. */
void progress_clear(struct progress *progress);

/* Draw the last state, leave it standing, and free. NULL does nothing. */
void progress_finish(struct progress *progress);
AUTO_POINTER(progress, struct progress, progress_finish);

struct progress_screen {
	size_t columns; /* 0: draw nothing */
	size_t rows;
	uint64_t now_ns;
};

/*
 * What is to be written to a terminal of this size at this time, in place of what the last drawing
 * wrote there. What does not fit goes: ended transfers are written above, for good; of the others
 * those that run come first.
 */
void progress_draw(struct progress *progress, const struct progress_screen *screen,
		   struct str *out);

#endif
