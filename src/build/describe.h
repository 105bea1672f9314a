// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_DESCRIBE_H
#define EPM_BUILD_DESCRIBE_H

/*
 * The package config of what was built: toolchain, requirements, flags, programs, maps; and the
 * manifest's annotations. Only what the same input gives again goes in.
 */
#include "build/build.h"
#include "build/lexer.h"
#include "build/toolchain.h"

struct description {
	const char *name;
	struct span object;
	const struct config *config;
	const struct spec *spec; /* or NULL */
	const struct source_files *files;
	const struct toolchain *toolchain;
	const char *options;	    /* of the compiler */
	const char *vmlinux_folder; /* whose vmlinux.h was used; or NULL */
};

/* Fills package_config, annotations and version. */
int describe_package(const struct description *description, struct built *out,
		     struct err *err) MUST_CHECK;

#endif
