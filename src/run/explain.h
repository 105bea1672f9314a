// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_EXPLAIN_H
#define EPM_RUN_EXPLAIN_H

/*
 * Why the kernel or libbpf refused, in a line or two: what libbpf has to say is kept while it works,
 * and only shown when it failed (-v: whole; EPM_TRACE=libbpf: as it comes).
 */
#include <bpf/libbpf.h>

#include "base/err.h"
#include "btf/core_relo.h"
#include "kernel/kernel.h"

/* Begin to keep libbpf's messages; what was kept before is dropped. */
void explain_start(void);

/* What was kept, with -v. */
void explain_tell(void);

/* After a failure, with its errno. Always -1. */
int explain_open(const char *name, int number, struct err *err);
/* The program that libbpf says failed to load last, or NULL. The caller frees it. */
char *explain_failed_program(void);

struct explain_subject {
	const char *name; /* of the package */
	const struct bpf_object *object;
	const struct ext_info *info; /* lines of the object, or NULL */
};

int explain_load(const struct explain_subject *subject, int number, struct err *err);

/* A program that could not be attached, all borrowed. */
struct explain_place {
	const struct bpf_object *object;
	const struct bpf_program *program;
	const char *section;   /* what it was to be attached to; may have no target */
	struct kernel *kernel; /* the running one */
};

int explain_attach(const struct explain_place *place, int number, struct err *err);

/*
 * "--skip NAME runs the package without it", where that is likely true: a program of another kind of
 * section stays. is_whole_kind: the kernel refuses the kind, so all programs of it are named. NULL:
 * nothing to be gained. The caller frees it.
 */
char *explain_skip(const struct bpf_object *object, const char *name, bool is_whole_kind);

#endif
