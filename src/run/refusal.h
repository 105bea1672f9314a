// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_REFUSAL_H
#define EPM_RUN_REFUSAL_H

/*
 * The verifier's log of a program it has refused, read: where, what it said, what it knew of the
 * register in question, what that usually means and what can be done. The log is the kernel's text
 * (kernel/bpf/verifier.c, log.c), whose wording differs from release to release; what is not known
 * is shown as it is.
 */
#include "base/str.h"
#include "btf/core_relo.h"

struct refusal {		 /* spans are borrowed from the log */
	struct span reason;	 /* the verifier's last words; empty: there are none */
	struct span source;	 /* the line of source before them */
	struct span instruction; /* "(85) call bpf_map_lookup_elem#1" */
	struct span known;	 /* "R2_w=scalar(umax=255)": of a register the reason names */
	char place[256];	 /* "opensnoop.bpf.c:116"; "" where it is not known */
	const char *cause;	 /* what it means, or NULL */
	const char *advice;	 /* or NULL */
	const char *since;	 /* the first release that takes it, "5.12"; or NULL */
};

/* info: of the object, for lines; NULL: none. */
void refusal_read(struct span log, const struct ext_info *info, struct refusal *out);

#endif
