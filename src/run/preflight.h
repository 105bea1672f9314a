// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_PREFLIGHT_H
#define EPM_RUN_PREFLIGHT_H

/*
 * What can be said before anything is loaded: rights, the tracing file system, tracepoints.
 */
#include <stdbool.h>

#include "base/err.h"

/* DENIED unless root can be had or CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN) are there. */
int preflight_rights(struct err *err) MUST_CHECK;

/* Does the process, with what identity_raise() gives, lack some of root's rights over eBPF? */
bool preflight_is_confined(void);

enum preflight_answer { PREFLIGHT_NO, PREFLIGHT_YES, PREFLIGHT_UNKNOWN };

/*
 * Is there a tracepoint CATEGORY/NAME? Unknown where the tracing file system is not mounted or
 * cannot be read. Needs the rights of root on most machines.
 */
enum preflight_answer preflight_tracepoint(const char *category, const char *name);

/* "/sys/kernel/tracing" or the older place; NULL when it is not mounted. */
const char *preflight_tracefs(void);

/* "integrity" or "confidentiality" where the kernel is locked down, else NULL. */
const char *preflight_lockdown(void);

#endif
