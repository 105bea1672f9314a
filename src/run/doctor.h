// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_DOCTOR_H
#define EPM_RUN_DOCTOR_H

/*
 * What this machine can do with eBPF, found by doing it: programs that only return are loaded,
 * attached where next to nothing passes, and taken away again; maps of one element are made.
 * Everything is held by descriptors alone, so that nothing stays in the kernel. Without root only
 * what anybody can read is looked at.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/err.h"
#include "kernel/kernel.h"

enum doctor_state {
	DOCTOR_OK,
	DOCTOR_NOTE,	/* nothing is wrong, but worth knowing */
	DOCTOR_MISSING, /* it is not there */
	DOCTOR_REFUSED, /* it is there, and was not allowed */
	DOCTOR_UNKNOWN, /* it cannot be seen without root */
};

struct doctor_item {
	const char *group; /* "kernel", "programs", "attaching", "system", "tools" */
	const char *what;
	enum doctor_state state;
	char *detail; /* never NULL */
	char *how;    /* to get what is missing; or NULL */
	char **has;   /* names, where it is about a list of them */
	size_t n_has;
	size_t has_cap;
	char **lacks;
	size_t n_lacks;
	size_t lacks_cap;
};

struct doctor {
	struct doctor_item *items;
	size_t n_items;
	size_t cap;
	struct kernel kernel; /* release NULL: it has no BTF that could be read */
	bool has_root;
	bool can_load; /* programs; not known without root */
};

/* cache: as kernel_open(). Takes 0.2 s as root, most of which the kernel waits for itself. */
void doctor_examine(const char *cache, struct doctor *out);
void doctor_done(struct doctor *doctor);
AUTO_STRUCT(doctor, struct doctor, doctor_done);

/* Valid until the next is added. */
struct doctor_item *doctor_add(struct doctor *doctor, const char *group, const char *what,
			       enum doctor_state state, const char *fmt, ...) PRINTF(5, 6);
void doctor_how(struct doctor_item *item, const char *fmt, ...) PRINTF(2, 3);
void doctor_has(struct doctor_item *item, const char *name, bool has);

const char *doctor_word(enum doctor_state state); /* "ok", "missing", … */

#endif
