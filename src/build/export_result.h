// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_EXPORT_RESULT_H
#define EPM_BUILD_EXPORT_RESULT_H

/* What one call sends. */
#include "build/source_scope.h"

/* Numbers of arguments from 0; -1: none. */
struct sender {
	struct span name;
	int map; /* where fixed_map is empty */
	int data;
	int size;
	int ptr;	/* a struct bpf_dynptr that stands for the record */
	bool is_result; /* what it returns is the record, to be filled */
	unsigned int level;
	struct span fixed_map;
	struct source_type type; /* where it does not depend on the call */
};

/*
 * The record that the call at name_at sends: outer->type, or what of the function around it says
 * the type at its callers: outer->data, size, is_result.
 */
void export_result(const struct source_scope *scope, const struct sender *sender, size_t name_at,
		   struct sender *outer);

#endif
