// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_REQUIRED_H
#define EPM_CMD_REQUIRED_H

/*
 * What a package at a registry says that it requires, held against this kernel before its object is
 * fetched.
 */
#include "cmd/remote.h"

/*
 * UNSUPPORTED with the reason when this kernel certainly cannot run it. A package that says nothing,
 * or a kernel without BTF, is no failure. Errors of cmd_view_open().
 */
int cmd_required_check(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		       struct err *err) MUST_CHECK;

#endif
