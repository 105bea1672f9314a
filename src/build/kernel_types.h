// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_KERNEL_TYPES_H
#define EPM_BUILD_KERNEL_TYPES_H

/*
 * The BTF of many kernels, each cut down to what one object needs (btf/minimal.h), as a layer of its
 * package (pkg/types_layer.h).
 */
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

struct kernel_types {
	struct str layer; /* empty: the object needs none */
	size_t n_kernels;
	size_t n_distinct;
	size_t bytes;
	size_t n_foreign; /* kernels of other architectures, which were left out */
};

struct kernel_types_input {
	struct span object; /* the ELF */
	const char *name;   /* of the package, for messages */
	const char *const *paths;
	size_t n_paths;
	const char *cache; /* as kernel_open() */
};

/*
 * Of all kernels below these folders and in these files (kernel/sources.h), those for this machine's
 * architecture; what is none, or damaged, in a folder is left out, which is said, and so are those of
 * which no release is known: nothing would find them again. UNSUPPORTED where a part of a BTF cannot
 * serve the object, or no kernel is left; NOT_FOUND, CORRUPT.
 */
int kernel_types_make(const struct kernel_types_input *input, struct kernel_types *out,
		      struct err *err) MUST_CHECK;
void kernel_types_done(struct kernel_types *types);
AUTO_STRUCT(kernel_types, struct kernel_types, kernel_types_done);

#endif
