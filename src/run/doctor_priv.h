// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_DOCTOR_PRIV_H
#define EPM_RUN_DOCTOR_PRIV_H

/* What the files of epm doctor share. */
#include <stdint.h>

#include "run/doctor.h"

/* As root: what the kernel takes. */
void doctor_programs(struct doctor *doctor);
void doctor_types(struct doctor *doctor);
void doctor_attaching(struct doctor *doctor);

/* What /proc and /sys say. */
void doctor_system(struct doctor *doctor);

/* "n" or "y" or …; what is not known counts as set. */
bool doctor_option_is_unset(struct doctor *doctor, const char *name);

#endif
