// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SOURCE_TRACE_H
#define EPM_RUN_SOURCE_TRACE_H

/*
 * The lines that programs write with bpf_printk(). They are read from a tracing instance of our own
 * (event bpf_trace:bpf_trace_printk, since 5.9), so that nobody else's reading of the trace is
 * disturbed; on older kernels from the one trace_pipe there is. The kernel does not say which
 * program wrote a line: those of others running at the time are among them.
 */
#include "base/err.h"
#include "run/loader.h"
#include "run/output.h"

struct source_trace;

/* Does any program that will be loaded call bpf_trace_printk or bpf_trace_vprintk? */
bool source_trace_is_needed(const struct loader *loader);

/* UNSUPPORTED when the tracing file system is not mounted. Needs root. */
int source_trace_open(bool is_json, bool has_stamp, bool has_no_header, struct output *out_text,
		      struct source_trace **out, struct err *err) MUST_CHECK;
void source_trace_free(struct source_trace *trace); /* takes the instance away again */

void source_trace_read(struct source_trace *trace);
int source_trace_fd(const struct source_trace *trace);
uint64_t source_trace_lines(const struct source_trace *trace);
uint64_t source_trace_lost(const struct source_trace *trace);

#endif
