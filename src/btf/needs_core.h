// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_NEEDS_CORE_H
#define EPM_BTF_NEEDS_CORE_H

/* The part of needs.h that reads BTF: kernel types, maps, kfuncs. */
#include <bpf/btf.h>

#include "btf/core_relo.h"
#include "btf/needs.h"

/* Types and fields of CO-RE relocations. CORRUPT for an access string that leads nowhere. */
int needs_core(const struct btf *btf, const struct ext_info *info, const char *what,
	       struct needs *needs, struct err *err) MUST_CHECK;

/* Types of the maps in .maps, and of maps in maps. */
void needs_maps(const struct btf *btf, struct needs *needs);

/* Externs in .ksyms; a strict filter leaves out those that may be missing. */
void needs_ksyms(const struct btf *btf, const struct object *object,
		 const struct needs_filter *filter, struct needs *needs);

#endif
