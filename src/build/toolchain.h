// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_TOOLCHAIN_H
#define EPM_BUILD_TOOLCHAIN_H

/*
 * The compiler: which clang, which version. Asking clang takes 30 ms or more, so the answer is kept
 * under EPM_HOME/cache with the identity of the program (path, size, time of change).
 */
#include "base/auto.h"
#include "base/err.h"

struct toolchain {
	char *clang;   /* path */
	char *version; /* first line of clang --version */
	unsigned int major;
};

/*
 * clang: the program to use, or NULL: $CLANG, clang, clang-20 down to clang-11, the first in PATH.
 * NOT_FOUND with the Debian package in the hint.
 */
int toolchain_find(const char *clang, const char *home, struct toolchain *out,
		   struct err *err) MUST_CHECK;
void toolchain_done(struct toolchain *toolchain);
AUTO_STRUCT(toolchain, struct toolchain, toolchain_done);

/*
 * The instruction set to compile for. clang before 19 with -mcpu=v3 makes code that the verifiers
 * of 5.10 and 6.1 refuse ("math between map_value pointer and register with unbounded min value").
 */
const char *toolchain_cpu(const struct toolchain *toolchain);

#endif
