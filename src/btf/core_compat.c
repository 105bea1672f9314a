// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/core_priv.h"

#define NAMES_COST 4 /* of comparing two, to the cost of comparing kinds */

/* Two types that are compared, one of the object and one of the kernel. */
struct pair {
	struct core_job *job;
	const struct raw_btf *target;
	const struct btf_type *l; /* without modifiers and typedefs */
	const struct btf_type *t;
	uint32_t local_id;
	uint32_t target_id;
};

size_t core_essential(const char *name)
{
	/* a longer name is cut, and has no flavour, before anything walks along it */
	return strnlen(name, CORE_NAME) < CORE_NAME ? raw_btf_essential(name) : CORE_NAME;
}

bool core_same_name(const char *a, const char *b)
{
	size_t len;

	if (*a != *b) /* most differ here */
		return false;
	len = core_essential(a);
	return len == core_essential(b) && !memcmp(a, b, len);
}

static bool same_names(const struct pair *pair, uint32_t local, uint32_t target)
{
	return core_same_name(raw_btf_name(pair->job->local, local),
			      raw_btf_name(pair->target, target));
}

/* Strips what is behind the ids. 0, or an error: an id is out of range, or there is no work left. */
static int look(struct pair *pair)
{
	if (!core_spend(pair->job, 1))
		return -E2BIG;
	pair->l = raw_btf_strip(pair->job->local, pair->local_id, &pair->local_id);
	pair->t = raw_btf_strip(pair->target, pair->target_id, &pair->target_id);
	return pair->l && pair->t ? 0 : -EINVAL;
}

static bool are_plain_integers(const struct pair *pair)
{
	return !btf_int_offset(pair->l) && !btf_int_offset(pair->t);
}

static void enter_elements(struct pair *pair)
{
	pair->local_id = btf_array(pair->l)->type;
	pair->target_id = btf_array(pair->t)->type;
}

static void enter_references(struct pair *pair)
{
	pair->local_id = pair->l->type;
	pair->target_id = pair->t->type;
}

int core_fields_are_compatible(struct core_job *job, uint32_t local_id,
			       const struct raw_btf *target, uint32_t target_id)
{
	struct pair pair = {
		.job = job, .target = target, .local_id = local_id, .target_id = target_id
	};

	for (int rc = look(&pair);; rc = look(&pair)) {
		if (rc < 0)
			return rc;
		if (btf_is_composite(pair.l) && btf_is_composite(pair.t))
			return 1;
		if (!core_same_kind(pair.l, pair.t))
			return 0;
		switch (btf_kind(pair.l)) {
		case BTF_KIND_PTR:
		case BTF_KIND_FLOAT:
			return 1;
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return !*core_type_name(job->local, pair.l) ||
			       !*core_type_name(target, pair.t) ||
			       same_names(&pair, pair.l->name_off, pair.t->name_off);
		case BTF_KIND_INT:
			return are_plain_integers(&pair);
		case BTF_KIND_ARRAY:
			enter_elements(&pair);
			break;
		default:
			return 0;
		}
	}
}

static int are_compatible(struct pair pair, int level);

/* The arguments of two prototypes, and for the caller to go on with, what they return. */
static int arguments_are_compatible(struct pair *pair, int level)
{
	const struct btf_param *l = btf_params(pair->l), *t = btf_params(pair->t);

	if (btf_vlen(pair->l) != btf_vlen(pair->t))
		return 0;
	for (uint32_t i = 0; i < btf_vlen(pair->l); i++) {
		struct pair argument = *pair;
		int rc;

		if (level <= 0)
			return -EINVAL;
		argument.local_id = l[i].type;
		argument.target_id = t[i].type;
		rc = look(&argument);
		if (rc == 0)
			rc = are_compatible(argument, level - 1);
		if (rc <= 0)
			return rc;
	}
	enter_references(pair);
	return 1;
}

/* libbpf, __bpf_core_types_are_compat(), from the second comparison of kinds on */
static int are_compatible(struct pair pair, int level)
{
	int rc;

	for (int depth = 0; depth < CORE_RECURSION; depth++) {
		rc = look(&pair);
		if (rc < 0)
			return rc;
		if (!core_same_kind(pair.l, pair.t))
			return 0;
		switch (btf_kind(pair.l)) {
		case BTF_KIND_UNKN:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FWD:
			return 1;
		case BTF_KIND_INT:
			return are_plain_integers(&pair);
		case BTF_KIND_PTR:
			enter_references(&pair);
			break;
		case BTF_KIND_ARRAY:
			enter_elements(&pair);
			break;
		case BTF_KIND_FUNC_PROTO:
			rc = arguments_are_compatible(&pair, level);
			if (rc <= 0)
				return rc;
			break;
		default:
			return 0;
		}
	}
	return -EINVAL;
}

int core_types_are_compatible(struct core_job *job, uint32_t local_id, const struct raw_btf *target,
			      uint32_t target_id)
{
	struct pair pair = {
		.job = job, .target = target, .local_id = local_id, .target_id = target_id
	};

	/* the roots as they are: a typedef is compatible with a typedef only */
	if (!core_same_kind(raw_btf_type(job->local, local_id), raw_btf_type(target, target_id)))
		return 0;
	return are_compatible(pair, CORE_RECURSION);
}

static int do_match(struct pair pair, bool is_behind_pointer, int level);

/* Every enumerator of the object is one of the kernel's, whatever its value. */
static int enums_match(const struct pair *pair)
{
	uint32_t n_local = btf_vlen(pair->l), n_target = btf_vlen(pair->t), k;

	if (!btf_is_any_enum(pair->t) || pair->l->size != pair->t->size || n_local > n_target)
		return 0;
	for (uint32_t i = 0; i < n_local; i++) {
		const char *name = core_enumerator(pair->job->local, pair->l, i);

		for (k = 0; k < n_target; k++) {
			if (!core_spend(pair->job, NAMES_COST))
				return -E2BIG;
			if (core_same_name(name, core_enumerator(pair->target, pair->t, k)))
				break;
		}
		if (k == n_target)
			return 0;
	}
	return 1;
}

/* Is a member of the object's struct among the kernel's? */
static int member_matches(const struct pair *pair, const struct btf_member *member, int level)
{
	const struct btf_member *other = btf_members(pair->t);

	for (uint32_t i = 0; i < btf_vlen(pair->t); i++, other++) {
		struct pair types = *pair;
		int rc;

		if (!core_spend(pair->job, NAMES_COST))
			return -E2BIG;
		if (!same_names(pair, member->name_off, other->name_off))
			continue;
		types.local_id = member->type;
		types.target_id = other->type;
		rc = do_match(types, false, level - 1);
		if (rc)
			return rc;
	}
	return 0;
}

static int composites_match(const struct pair *pair, bool is_behind_pointer, int level)
{
	bool same = btf_kind(pair->l) == btf_kind(pair->t);

	if (is_behind_pointer)
		return same ||
		       (btf_is_fwd(pair->t) && btf_is_union(pair->l) == (bool)btf_kflag(pair->t));
	if (!same || btf_vlen(pair->l) > btf_vlen(pair->t))
		return 0;
	for (uint32_t i = 0; i < btf_vlen(pair->l); i++) {
		int rc = member_matches(pair, btf_members(pair->l) + i, level);

		if (rc <= 0)
			return rc;
	}
	return 1;
}

/* A forward declaration says whether it is of a struct or of a union. */
static int declarations_match(const struct pair *pair, bool is_behind_pointer)
{
	bool is_union = btf_kflag(pair->l);

	if (btf_is_fwd(pair->t))
		return is_union == (bool)btf_kflag(pair->t);
	return is_behind_pointer &&
	       (is_union ? btf_is_union(pair->t) : (bool)btf_is_struct(pair->t));
}

static int integers_match(const struct pair *pair)
{
	return btf_is_int(pair->t) && pair->l->size == pair->t->size &&
	       !((btf_int_encoding(pair->l) ^ btf_int_encoding(pair->t)) & BTF_INT_SIGNED);
}

static int arguments_match(struct pair *pair, bool is_behind_pointer, int level)
{
	const struct btf_param *l = btf_params(pair->l), *t = btf_params(pair->t);

	if (!btf_is_func_proto(pair->t) || btf_vlen(pair->l) != btf_vlen(pair->t))
		return 0;
	for (uint32_t i = 0; i < btf_vlen(pair->l); i++) {
		struct pair argument = *pair;
		int rc;

		argument.local_id = l[i].type;
		argument.target_id = t[i].type;
		rc = do_match(argument, is_behind_pointer, level - 1);
		if (rc <= 0)
			return rc;
	}
	enter_references(pair);
	return 1;
}

/*
 * Those kinds that lead to other types: 1 with the ids of these in the pair, to go on with, else the
 * result.
 */
static int match_further(struct pair *pair, bool *is_behind_pointer, int level)
{
	switch (btf_kind(pair->l)) {
	case BTF_KIND_PTR:
		if (!btf_is_ptr(pair->t))
			return 0;
		*is_behind_pointer = true;
		enter_references(pair);
		return 1;
	case BTF_KIND_ARRAY:
		if (!btf_is_array(pair->t) ||
		    btf_array(pair->l)->nelems != btf_array(pair->t)->nelems)
			return 0;
		enter_elements(pair);
		return 1;
	case BTF_KIND_FUNC_PROTO:
		return arguments_match(pair, *is_behind_pointer, level);
	default:
		return 0;
	}
}

/* libbpf, __bpf_core_types_match() */
static int do_match(struct pair pair, bool is_behind_pointer, int level)
{
	int rc;

	if (level <= 0)
		return -EINVAL;
	for (int depth = 0; depth < CORE_RECURSION; depth++) {
		rc = look(&pair);
		if (rc < 0)
			return rc;
		if (!same_names(&pair, pair.l->name_off, pair.t->name_off))
			return 0;
		switch (btf_kind(pair.l)) {
		case BTF_KIND_UNKN:
			return btf_kind(pair.t) == BTF_KIND_UNKN;
		case BTF_KIND_FWD:
			return declarations_match(&pair, is_behind_pointer);
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
			return enums_match(&pair);
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			return composites_match(&pair, is_behind_pointer, level);
		case BTF_KIND_INT:
			return integers_match(&pair);
		default:
			rc = match_further(&pair, &is_behind_pointer, level);
			if (rc <= 0)
				return rc;
		}
	}
	return -EINVAL;
}

int core_types_match(struct core_job *job, uint32_t local_id, const struct raw_btf *target,
		     uint32_t target_id)
{
	struct pair pair = {
		.job = job, .target = target, .local_id = local_id, .target_id = target_id
	};

	return do_match(pair, false, CORE_RECURSION);
}

bool core_is_compatible(const struct raw_btf *local, uint32_t id, const struct raw_btf *target,
			uint32_t target_id)
{
	struct core_job job = { .local = local, .work = CORE_WORK };

	return core_types_are_compatible(&job, id, target, target_id) > 0;
}
