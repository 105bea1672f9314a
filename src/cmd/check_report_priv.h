// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_CHECK_REPORT_PRIV_H
#define EPM_CMD_CHECK_REPORT_PRIV_H

/* The parts of check_report.h among themselves. All texts are printable. */
#include "cmd/check_report.h"

struct reason_place {
	char *package;
	char *program; /* its name; empty: the object */
	char *where;   /* "read_state (kprobe/f), opensnoop.bpf.c:116" */
	char *source;
};

struct reason { /* a cause, with all places at which it was met, each once */
	char *cause;
	struct reason_place *places; /* none: of a kernel that was not read */
	size_t n_places;
	size_t cap;
};

struct mark { /* what a row has of the reasons */
	size_t reason;
	size_t place; /* SIZE_MAX: none */
};

struct explained { /* a line of --explain */
	const char *level;
	char *where;
	char *what;
};

struct row {
	json_t *json; /* of --json */
	char *package;
	char *kernel;
	const char *arch;
	char *verdict;
	struct mark *marks;
	size_t n_marks;
	size_t marks_cap;
	size_t *reasons; /* numbers of the marks, rising, each once */
	size_t n_reasons;
	size_t reasons_cap;
	struct explained *lines;
	size_t n_lines;
	size_t lines_cap;
	bool is_bad;
	bool is_unread;
};

struct check_report {
	struct check_report_options options;
	struct row *rows;
	size_t n_rows;
	size_t cap;
	struct reason *reasons;
	size_t n_reasons;
	size_t reasons_cap;
};

#endif
