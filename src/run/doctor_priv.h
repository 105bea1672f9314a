// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_DOCTOR_PRIV_H
#define EPM_RUN_DOCTOR_PRIV_H

/* What the files of epm doctor share. */
#include <stdint.h>

#include "run/doctor.h"

#define DOCTOR_CONFINED_HOW                                                                  \
	"this root lacks CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN): a container has to be " \
	"started with them"
#define DOCTOR_FORBIDDEN "a lockdown of the kernel, a security module or a container may forbid"

/* As root: what the kernel takes. The others say that it is unknown where nothing can be loaded. */
void doctor_programs(struct doctor *doctor);
void doctor_types(struct doctor *doctor);
void doctor_attaching(struct doctor *doctor);

/* What /proc and /sys say. */
void doctor_system(struct doctor *doctor);

/* What could not be tried, since no program can be loaded. */
void doctor_add_untried(struct doctor *doctor, const char *group, const char *what);

/* "n" or "y" or …; what is not known counts as set. */
bool doctor_option_is_unset(struct doctor *doctor, const char *name);

#endif
