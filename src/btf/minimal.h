// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_MINIMAL_H
#define EPM_BTF_MINIMAL_H

/*
 * The least of a kernel's BTF that resolves the relocations of one object as the whole does: of the
 * types that match, the members that are looked at, and what these are; some hundred bytes. It is for
 * packages, which carry it for kernels without BTF of their own; shrink.h is for the moment of
 * loading, where whole structs are cheaper than resolving. "bpftool gen min_core_btf" does the same.
 *
 * Whichever programs of the object are loaded, the outcome is the whole BTF's: what matches and to
 * which value. What does not match is not there, so reasons and numbers of candidates differ.
 */
#include "btf/core_resolve.h"

/*
 * Appends to `out`. The same relocations and types give the same bytes. UNSUPPORTED where a
 * relocation wants the kernel's own type id, which no part of its BTF has; CORRUPT.
 */
int minimal_make(const struct core_target *kernel, const struct raw_btf *object_btf,
		 const struct ext_info *info, struct str *out, struct err *err) MUST_CHECK;

/* The first relocation that no part of a BTF can serve; NULL: there is none. */
const struct core_relo *minimal_obstacle(const struct ext_info *info);

#endif
