// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_MAP_USE_H
#define EPM_CHECK_MAP_USE_H

/* Which maps programs of which kinds may have: check_map_prog_compatibility() of the verifier. */
#include <bpf/btf.h>

#include "check/subject.h"
#include "kernel/kernel.h"

struct map_definition { /* as .maps has it in BTF */
	uint32_t type;
	uint32_t flags;
	uint32_t max_entries;
	bool has_lock;
	bool has_timer;
};

/* false: there is no such map. */
bool map_definition_find(const struct btf *btf, const char *name, struct map_definition *out);

/* Why a program that uses such a map is refused; NULL: nothing is known. */
const char *map_use_refusal(struct kernel *kernel, const struct check_program *program,
			    const struct map_definition *map);

#endif
