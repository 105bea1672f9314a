// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_OUTPUT_FILES_H
#define EPM_CMD_OUTPUT_FILES_H

/* What "epm build -o" writes beside the store. */
#include "build/build.h"

/*
 * By how `path` ends: ".json", ".yaml", ".yml": the package as one file; ".o": the object, and its
 * configuration beside it; else a folder (made if need be) with NAME.bpf.o, NAME.skel.json and
 * package.json, as ecc writes (with is_yaml .skel.yaml and package.yaml). Each file is whole or as
 * it was. What can be run is marked as built here, in home (pkg/trust.h).
 */
int output_files_write(const char *home, const char *path, const char *name,
		       const struct built *built, bool is_yaml, struct err *err) MUST_CHECK;

#endif
