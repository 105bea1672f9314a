// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_CONFIG_GEN_H
#define EPM_BUILD_CONFIG_GEN_H

/*
 * The configuration and the package config of an object: from its ELF and BTF, what the comments of
 * its sources say, and which struct each buffer carries.
 */
#include "base/err.h"
#include "build/export.h"
#include "build/note.h"
#include "build/toolchain.h"
#include "pkg/config.h"
#include "pkg/spec.h"

struct config_input {
	const char *name; /* of the package */
	struct span object;
	const struct notes *notes;
	const struct exports *exports;
	const struct spec *spec; /* or NULL */
};

/*
 * CORRUPT "file:line: …" for annotations with wrong types, FAILED where it cannot be told which
 * struct a buffer carries, NOT_FOUND where the object does not have the struct that is meant.
 */
int config_generate(const struct config_input *input, struct config **out,
		    struct err *err) MUST_CHECK;

#endif
