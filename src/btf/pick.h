// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_PICK_H
#define EPM_BTF_PICK_H

/* Choosing from a kernel's BTF the types a source can mean; the rule is in header.h. */
#include <bpf/btf.h>

#include "base/err.h"
#include "btf/header.h"

/* *out is new; btf__free() ends it. */
int pick_types(const struct btf *btf, const struct words *words, struct btf **out,
	       struct err *err) MUST_CHECK;

#endif
