// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_DOCTOR_PRIV_H
#define EPM_RUN_DOCTOR_PRIV_H

/* What the files of epm doctor share. */
#include <stdint.h>

#include "run/doctor.h"

/* A program that returns 0 or 1 and does nothing else. */
struct trivial {
	int type;
	int attach;
	uint32_t btf_id;
	bool sleeps;
};

/* A descriptor, or -1 with errno; *out_verifier: the verifier had a look at it. */
int trivial_load(const struct trivial *trivial, bool *out_verifier);

/* As root: what the kernel takes. */
void doctor_programs(struct doctor *doctor);
void doctor_types(struct doctor *doctor);
void doctor_attaching(struct doctor *doctor);

/* What /proc and /sys say. */
void doctor_system(struct doctor *doctor);

/* "n" or "y" or …; what is not known counts as set. */
bool doctor_option_is_unset(struct doctor *doctor, const char *name);

#endif
