// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_PREFLIGHT_H
#define EPM_RUN_PREFLIGHT_H

/*
 * What rights the process has over eBPF, before anything is loaded.
 */
#include <stdbool.h>

#include "base/err.h"

/* DENIED unless root can be had or CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN) are there. */
int preflight_rights(struct err *err) MUST_CHECK;

/* Does the process, with what identity_raise() gives, lack some of root's rights over eBPF? */
bool preflight_is_confined(void);

#endif
