// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SESSION_H
#define EPM_RUN_SESSION_H

/*
 * One run of a package: load, attach, print what comes until there is a reason to stop, detach. All
 * ring buffers, perf buffers, sampled maps and bpf_printk lines of the package at once, in one
 * thread and one loop.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "run/loader.h"

struct session_options {
	bool is_json;
	bool has_timestamp; /* text: the time before each line */
	bool fails_on_loss;
	bool has_no_header;
	uint64_t duration_ns;	 /* 0: until it is stopped */
	uint64_t count;		 /* records; 0: no end */
	uint64_t interval_ns;	 /* of sampled maps; 0: as configured */
	const char *const *skip; /* programs to leave out */
	size_t n_skip;
};

/*
 * Until SIGINT, SIGTERM, duration, count or a closed output; each is a good end. LOST when records
 * were lost and fails_on_loss is set. What was printed before an error stays printed.
 */
int session_run(struct loader *loader, const struct session_options *options,
		struct err *err) MUST_CHECK;

#endif
