// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_MEMBERS_H
#define EPM_CHECK_MEMBERS_H

/* Which program stands in which member of a table of functions (struct_ops), and its prototype. */
#include "check/targets.h"

/*
 * Of programs in tables for the kernel the arguments of its member: `typed` and `n_arguments` of
 * their answers. What cannot be told stays as it is.
 */
void members_find(const struct check_subject *subject, struct kernel *kernel,
		  struct target_answer *answers);

#endif
