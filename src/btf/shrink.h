// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_SHRINK_H
#define EPM_BTF_SHRINK_H

/*
 * Cutting BTF down to what the CO-RE relocations of one object can ask for. libbpf resolves them
 * against the result (btf_custom_path) exactly as it would against the whole, but need not parse
 * megabytes first: start-up of a small tool goes from 11 ms to under 3.
 *
 * Kept are all types of the same kind and essential name as a relocation's root type, and what they
 * hold by value. A pointer's target becomes void: an access never crosses a pointer, and pointers
 * are compatible whatever they point to (libbpf, bpf_core_fields_are_compat).
 */
#include "base/err.h"
#include "base/str.h"
#include "btf/core_relo.h"
#include "btf/raw_btf.h"

/*
 * Can these relocations be resolved against cut-down BTF? Not those that want the kernel's own type
 * ids or compare types behind pointers.
 */
bool shrink_is_possible(const struct raw_btf *object_btf, const struct ext_info *info);

/* The cut-down BTF as bytes, in `out`. CORRUPT where a type id of `from` is out of range. */
int shrink_for_relos(const struct raw_btf *from, const struct raw_btf *object_btf,
		     const struct ext_info *info, struct str *out, struct err *err) MUST_CHECK;

#endif
