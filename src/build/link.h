// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_LINK_H
#define EPM_BUILD_LINK_H

/* Linking objects into one with libbpf's linker, without a file on disk. */
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "btf/export_tag.h"

/* FAILED with the linker's last words. Takes also one object alone: DWARF goes away, BTF stays. */
int link_objects(const struct str *objects, size_t n_objects, struct str *out,
		 struct err *err) MUST_CHECK;

#endif
