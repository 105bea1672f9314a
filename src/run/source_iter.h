// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_SOURCE_ITER_H
#define EPM_RUN_SOURCE_ITER_H

/*
 * A BPF iterator: a program that writes text about each task, socket, map element, … when it is
 * read. It is read whole, once or at an interval, and its lines are shown. Documentation/bpf/
 * bpf_iterators.rst of the kernel.
 */
#include "base/err.h"
#include "run/output.h"

struct source_iter;

/* link_fd: of the attached program `name`, which is borrowed. */
int source_iter_open(int link_fd, const char *name, bool is_json, struct output *out_text,
		     struct source_iter **out, struct err *err) MUST_CHECK;
void source_iter_free(struct source_iter *iter);

/* Read all and print. Needs the rights for bpf(). */
int source_iter_print(struct source_iter *iter, struct err *err) MUST_CHECK;
uint64_t source_iter_lines(const struct source_iter *iter);

#endif
