// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_CORE_PRIV_H
#define EPM_BTF_CORE_PRIV_H

/*
 * The parts of core_resolve.h among themselves. An access is parsed into a spec of the object's
 * types (core_spec.c), matched with each candidate of the kernel, which gives a spec of the kernel's
 * types (core_match.c, core_compat.c), and two specs give the values (core_value.c). Why nothing
 * matched is kept as a few numbers and put into words when it is known that nothing did
 * (core_reason.c).
 *
 * What compares returns 1 for yes, 0 for no, and a negative errno, libbpf's, for what makes the whole
 * object fail.
 */
#include <bpf/btf.h>
#include <errno.h>

#include "btf/core_resolve.h"

#define CORE_LEVELS 64	  /* of one access; libbpf, BPF_CORE_SPEC_MAX_LEN */
#define CORE_NAME 512	  /* bytes of a name that are looked at; the kernel's symbols are shorter */
#define CORE_RECURSION 32 /* of types in types; libbpf has the same */

/*
 * What all relocations of a resolver together may cost, in comparisons. A large object (1,400
 * relocations) takes half a million.
 */
#define CORE_WORK (1u << 25)
#define CORE_CANDIDATES 65536 /* of one root type */

struct core_accessor {
	uint32_t type;	  /* the struct or union of a member, the element of an array */
	uint32_t index;	  /* of the member, the element, the enumerator */
	const char *name; /* NULL: an element of an array */
};

struct core_spec {
	const struct raw_btf *btf;
	uint32_t root;
	enum bpf_core_relo_kind kind;
	struct core_accessor accessors[CORE_LEVELS]; /* of members and elements with a meaning */
	uint32_t n_accessors;
	uint32_t levels
		[CORE_LEVELS]; /* the same with anonymous structs: indexes of members, elements */
	uint32_t n_levels;
	uint32_t bit_offset;
};

enum core_obstacle {
	OBSTACLE_NONE,
	OBSTACLE_NO_MEMBER,
	OBSTACLE_OTHER_KIND, /* the member is there and of another kind */
	OBSTACLE_NO_STRUCT,  /* the root has no members at all */
	OBSTACLE_NO_ARRAY,
	OBSTACLE_SHORT_ARRAY,
	OBSTACLE_NO_ENUM,
	OBSTACLE_NO_ENUMERATOR,
	OBSTACLE_OTHER_TYPE,
};

/* Where the candidate that came furthest ended. */
struct core_failure {
	enum core_obstacle obstacle;
	uint32_t depth;		   /* accessors passed */
	const struct raw_btf *btf; /* the candidate's */
	uint32_t root;
	uint32_t type;	 /* of the kernel, that has not what was looked for */
	uint32_t member; /* OTHER_KIND: the type of the kernel's member */
};

struct core_job {
	const struct raw_btf *local;
	uint32_t work; /* what is left of CORE_WORK */
	struct core_failure failure;
};

struct core_values {
	uint64_t original;
	uint64_t value;
	bool is_poisoned;
	bool validates;
	bool is_resized;
	uint32_t original_size;
	uint32_t size;
};

/* Takes cost from the work that is left; false: there is none. */
static inline bool core_spend(struct core_job *job, uint32_t cost)
{
	if (job->work < cost) {
		job->work = 0;
		return false;
	}
	job->work -= cost;
	return true;
}

static inline bool core_is_field(uint32_t kind)
{
	return kind <= BPF_CORE_FIELD_RSHIFT_U64;
}

static inline bool core_is_enumerator(uint32_t kind)
{
	return kind == BPF_CORE_ENUMVAL_EXISTS || kind == BPF_CORE_ENUMVAL_VALUE;
}

static inline bool core_is_type(uint32_t kind)
{
	return kind >= BPF_CORE_TYPE_ID_LOCAL && kind <= BPF_CORE_TYPE_MATCHES &&
	       !core_is_enumerator(kind);
}

/* Kinds are equal, or both enums of any width; libbpf, btf_kind_core_compat(). */
static inline bool core_same_kind(const struct btf_type *a, const struct btf_type *b)
{
	return btf_kind(a) == btf_kind(b) || (btf_is_any_enum(a) && btf_is_any_enum(b));
}

static inline const char *core_type_name(const struct raw_btf *btf, const struct btf_type *type)
{
	return raw_btf_name(btf, type->name_off);
}

/* core_spec.c */

/* 0, or -EINVAL for a string or types that are broken. */
int core_spec_parse(const struct raw_btf *local, const struct core_relo *relo,
		    struct core_spec *out);

/* Is the array, reached by `last`, one without a length at the end of its struct? */
bool core_is_flexible(const struct raw_btf *btf, const struct core_accessor *last,
		      const struct btf_array *array);

/* The name of an enumerator; the index is known to be in range. */
const char *core_enumerator(const struct raw_btf *btf, const struct btf_type *type, uint32_t index);

/* core_compat.c */

/* Length of a name without its flavour, of which CORE_NAME bytes are looked at. */
size_t core_essential(const char *name);
bool core_same_name(const char *a, const char *b);

int core_fields_are_compatible(struct core_job *job, uint32_t local_id,
			       const struct raw_btf *target, uint32_t target_id);
int core_types_are_compatible(struct core_job *job, uint32_t local_id, const struct raw_btf *target,
			      uint32_t target_id);
int core_types_match(struct core_job *job, uint32_t local_id, const struct raw_btf *target,
		     uint32_t target_id);

/* core_match.c */

/* *out is overwritten whatever comes of it. */
int core_spec_match(struct core_job *job, const struct core_spec *local,
		    const struct raw_btf *target, uint32_t id, struct core_spec *out);

/* core_value.c */

/* target NULL: nothing matched. 0 or a negative errno. */
int core_values_find(const struct core_spec *local, const struct core_spec *target,
		     enum core_size_rule rule, struct core_values *out);

/* core_resolve.c */

/*
 * Told of each candidate that matches. Then none is dropped, and core_resolve() says nothing but
 * whether there was work left: each relocation sees all, as if it were the first of its root type.
 */
struct core_watch {
	void (*matched)(void *arg, const struct core_spec *local, const struct core_spec *target);
	void *arg;
};

/* Borrowed, as is arg. */
void core_resolver_watch(struct core_resolver *resolver, const struct core_watch *watch);

/* core_reason.c */

/* Why nothing matched, into why and closest; by the failure of the candidate that came furthest. */
void core_explain(const struct core_job *job, const struct core_spec *local,
		  const struct core_target *main, struct core_result *out);

/* What stands before the type's name in C: "struct ", or "". */
const char *core_prefix(const struct btf_type *type);

/* "struct", "integer": a kind in words. */
const char *core_kind_word(const struct btf_type *type);

#endif
