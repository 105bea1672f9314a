// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_TYPES_H
#define EPM_CMD_TYPES_H

#include "cmd/command.h"
#include "pkg/package.h"
#include "run/loader.h"

/*
 * Gives the loader the types that the package brings for kernels without BTF of their own, if this
 * is one; they are read from the store when they were not yet. Both are borrowed.
 */
int cmd_types_read(const struct cmd_env *env, struct package *package, struct loader *loader,
		   struct err *err) MUST_CHECK;

#endif
