// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_PLAN_BUILD_H
#define EPM_RUN_PLAN_BUILD_H

/*
 * The parts that a plan is made by: plan_value.c the steps of one value, plan_member.c those of a
 * struct's members, plan.c what stands around them.
 */
#include "base/str.h"
#include "run/plan.h"

struct plan_builder {
	const struct btf *btf;
	struct plan *plan;
	size_t cap;
	struct str pending; /* literal text for the next step */
	struct str header;
	uint64_t max_size;
	uint32_t longest_field;
	int depth;	     /* of structs and arrays in one another */
	bool has_source_key; /* a member of that name gets another */
	bool has_time_key;
	size_t *n_members;     /* all that were looked at, inner plans included */
	const char *bare_name; /* of a value that is no struct; NULL: it has no name */
	struct err *err;
};

/* A value to be printed: where, of what type, and how the configuration wants it. */
struct plan_field {
	const char *column; /* path of names, for the header */
	uint32_t type_id;
	uint32_t offset;		  /* bytes */
	uint32_t bit_offset;		  /* bits in the record, for bit-fields */
	uint32_t bit_size;		  /* 0: no bit-field */
	const struct config_member *wish; /* or NULL */
};

/* One value; structs member by member. CORRUPT. */
int plan_add_value(struct plan_builder *b, const struct plan_field *f) MUST_CHECK;

/* The record as it is, in hex. */
void plan_add_raw(struct plan_builder *b);

/* All members of a struct or union; is_root: its braces are the record's. */
int plan_add_struct(struct plan_builder *b, const struct plan_field *f, uint32_t type_id,
		    bool is_root) MUST_CHECK;

/* The type of the records. */
int plan_add_root(struct plan_builder *b, uint32_t type_id,
		  const struct config_export *export) MUST_CHECK;

/* A plan for the elements of an array that b has come to. */
int plan_new_element(const struct plan_builder *outer, uint32_t type_id,
		     struct plan **out) MUST_CHECK;

/* One more member was looked at; CORRUPT when there were too many (BTF may nest without end). */
int plan_count(struct plan_builder *b) MUST_CHECK;

static inline bool plan_is_json(const struct plan_builder *b)
{
	return b->plan->mode == PLAN_JSON;
}

#define PLAN_NESTING 16

#endif
