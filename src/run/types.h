// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_TYPES_H
#define EPM_RUN_TYPES_H

/* The BTF that a package brings for a kernel without one of its own. */
#include "base/err.h"
#include "base/str.h"
#include "kernel/kernel.h"

/*
 * That of the running kernel, by os-release(5) and uname(2), out of the layer (pkg/types_layer.h);
 * name is the package's. UNSUPPORTED: it is not in it. CORRUPT.
 */
int run_types_open(struct span layer, const char *name, struct kernel *out,
		   struct err *err) MUST_CHECK;

#endif
