// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_OPENED_H
#define EPM_BUILD_OPENED_H

/* A linked object, opened with libbpf and as ELF, to be described. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/auto.h"
#include "base/err.h"
#include "btf/object.h"
#include "btf/variable.h"

struct opened {
	struct object *elf;
	struct bpf_object *bpf;
	const struct btf *btf;
	struct variables variables;
};

/* Borrows the bytes. CORRUPT when libbpf cannot open it, or it has no BTF. */
int opened_open(struct span object, const char *name, struct opened *out,
		struct err *err) MUST_CHECK;
void opened_done(struct opened *opened);
AUTO_STRUCT(opened, struct opened, opened_done);

/* The section of global data a map holds (".rodata"), or NULL for a map of the program's own. */
const char *opened_data_section(const struct opened *opened, const struct bpf_map *map);

#endif
