// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_LOADER_BTF_H
#define EPM_RUN_LOADER_BTF_H

/* The types that an object is relocated against; for loader.c. */
#include "btf/core_relo.h"
#include "btf/raw_btf.h"
#include "run/loader.h"

/* What the object asks of a kernel's types: read once, for whether and for what. */
struct relocations {
	struct raw_btf own;
	struct ext_info info;
};

/* Are there any that need a kernel's BTF? What is damaged counts as none: libbpf says so. */
bool relocations_read(const struct loader *loader, struct relocations *out);
void relocations_done(struct relocations *relocations);
AUTO_STRUCT(relocations, struct relocations, relocations_done);

/*
 * The running kernel, also without BTF, and the one whose types are used in its place: that of
 * --btf, or of the package where the kernel has none.
 */
int loader_btf_open(struct loader *loader, struct err *err) MUST_CHECK;

/*
 * The BTF to be relocated against, cut down, as a path for libbpf; empty where the object has no such
 * relocations. UNSUPPORTED: there is none to be had.
 */
int loader_btf_prepare(struct loader *loader, char *path, size_t size, struct err *err) MUST_CHECK;

#endif
