// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_PROGRAM_KIND_H
#define EPM_BTF_PROGRAM_KIND_H

/*
 * What the name of a program's section says: libbpf's conventions, Documentation/bpf/libbpf/
 * program_types.rst of the kernel, as a table that needs no libbpf and knows newer words than the
 * one that is installed.
 */
#include <stdbool.h>

#include "base/str.h"

struct program_kind {
	const char *section; /* the canonical first part: "tracepoint" for "tp" */
	const char *type;    /* the kernel's word for the program type: "tracing", "sched_cls" */
	bool has_target;     /* what follows the '/' is what it is attached to */
	bool kernel_btf;     /* it cannot be loaded where the kernel has no BTF */
};

/*
 * The kind and the target of a section ("?fentry.s/do_unlinkat": "do_unlinkat"; empty: none). NULL:
 * the name means nothing.
 */
const struct program_kind *program_kind_of(const char *section, struct span *out_target);

#endif
