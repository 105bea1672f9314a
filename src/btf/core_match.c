// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/core_priv.h"

/* A member that is looked for in the kernel's types, by its name. */
struct search {
	struct core_job *job;
	struct core_spec *spec; /* what was found on the way so far */
	const struct btf_member *member;
	const char *name;
	uint32_t next; /* once it is found: its type */
};

/* Keeps where the candidate ended, when it came further than those before it. */
static void fail(struct core_job *job, const struct core_spec *spec, uint32_t depth,
		 enum core_obstacle obstacle, uint32_t type)
{
	struct core_failure *failure = &job->failure;

	if (failure->obstacle && failure->depth >= depth)
		return;
	*failure = (struct core_failure){ .obstacle = obstacle,
					  .depth = depth,
					  .btf = spec->btf,
					  .root = spec->root,
					  .type = type };
}

/* The member has the name: does its type fit? It was the first of this name, so this decides. */
static int take_member(struct search *search, uint32_t composite, uint32_t index,
		       const struct btf_member *member)
{
	struct core_spec *spec = search->spec;
	struct core_job *job = search->job;
	uint32_t depth = spec->n_accessors;
	int rc;

	search->next = member->type;
	rc = core_fields_are_compatible(job, search->member->type, spec->btf, member->type);
	if (rc == 0) {
		fail(job, spec, depth, OBSTACLE_OTHER_KIND, composite);
		if (job->failure.depth == depth && job->failure.type == composite)
			job->failure.member = member->type;
	} else if (rc > 0) {
		spec->accessors[spec->n_accessors++] =
			(struct core_accessor){ composite, index, search->name };
	}
	return rc;
}

/*
 * Looks through a struct or union and those without a name in it, in order. The depth is bounded by
 * CORE_LEVELS, the time by the work. libbpf, bpf_core_match_member()
 */
static int find_member(struct search *search, uint32_t id)
{
	struct core_spec *spec = search->spec;
	const struct btf_type *type = raw_btf_strip(spec->btf, id, &id);
	const struct btf_member *member;
	int rc;

	if (!type)
		return -EINVAL;
	if (!btf_is_composite(type))
		return 0;
	member = btf_members(type);
	for (uint32_t i = 0; i < btf_vlen(type); i++, member++) {
		uint32_t offset = btf_member_bit_offset(type, i);
		const char *name = raw_btf_name(spec->btf, member->name_off);

		if (spec->n_levels == CORE_LEVELS || !core_spend(search->job, 1))
			return -E2BIG;
		spec->bit_offset += offset;
		spec->levels[spec->n_levels++] = i;
		if (!*name) {
			rc = find_member(search, member->type);
			if (rc)
				return rc;
		} else if (!strncmp(name, search->name, CORE_NAME)) {
			return take_member(search, id, i, member);
		}
		spec->bit_offset -= offset;
		spec->n_levels--;
	}
	return 0;
}

static int match_member(struct core_job *job, const struct core_spec *local, uint32_t at,
			struct core_spec *out, uint32_t *id)
{
	const struct core_accessor *access = &local->accessors[at];
	const struct btf_type *type = raw_btf_type(local->btf, access->type);
	struct search search = { .job = job,
				 .spec = out,
				 .member = btf_members(type) + access->index,
				 .name = access->name };
	int rc = find_member(&search, *id);

	if (rc > 0)
		*id = search.next;
	else if (rc == 0)
		fail(job, out, at,
		     btf_is_composite(raw_btf_type(out->btf, *id)) ? OBSTACLE_NO_MEMBER
								   : OBSTACLE_NO_STRUCT,
		     *id);
	return rc;
}

/* Array kind and length; *id becomes the element's type. */
static int enter_array(struct core_job *job, const struct core_accessor *access, uint32_t at,
		       struct core_spec *out, uint32_t *id)
{
	const struct btf_type *type = raw_btf_at(out->btf, *id);
	const struct btf_array *array;

	if (!btf_is_array(type)) {
		fail(job, out, at, OBSTACLE_NO_ARRAY, *id);
		return 0;
	}
	array = btf_array(type);
	if (!core_is_flexible(out->btf, &out->accessors[at - 1], array) &&
	    access->index >= array->nelems) {
		fail(job, out, at, OBSTACLE_SHORT_ARRAY, *id);
		return 0;
	}
	return raw_btf_strip(out->btf, array->type, id) ? 1 : -EINVAL;
}

static int match_element(struct core_job *job, const struct core_spec *local, uint32_t at,
			 struct core_spec *out, uint32_t *id)
{
	const struct core_accessor *access = &local->accessors[at];
	int64_t size;
	int rc = 1;

	if (at > 0) /* the root is what the first index counts */
		rc = enter_array(job, access, at, out, id);
	if (rc <= 0)
		return rc;
	if (out->n_levels == CORE_LEVELS)
		return -E2BIG;
	size = raw_btf_size(out->btf, *id);
	if (size < 0 || size > INT32_MAX) /* libbpf keeps it in an int here */
		return -EINVAL;
	out->accessors[out->n_accessors++] = (struct core_accessor){ *id, access->index, NULL };
	out->levels[out->n_levels++] = access->index;
	out->bit_offset += access->index * (uint32_t)size * 8;
	return 1;
}

static int match_field(struct core_job *job, const struct core_spec *local, uint32_t id,
		       struct core_spec *out)
{
	for (uint32_t i = 0; i < local->n_accessors; i++) {
		int rc;

		if (!raw_btf_strip(out->btf, id, &id))
			return -EINVAL;
		rc = local->accessors[i].name ? match_member(job, local, i, out, &id)
					      : match_element(job, local, i, out, &id);
		if (rc <= 0)
			return rc;
	}
	return 1;
}

static int match_enumerator(struct core_job *job, const struct core_spec *local, uint32_t id,
			    struct core_spec *out)
{
	const struct btf_type *type = raw_btf_strip(out->btf, id, &id);
	const char *wanted = local->accessors[0].name;
	size_t len = core_essential(wanted);

	if (!type)
		return -EINVAL;
	if (!btf_is_any_enum(type)) {
		fail(job, out, 0, OBSTACLE_NO_ENUM, id);
		return 0;
	}
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const char *name = core_enumerator(out->btf, type, i);

		if (!core_spend(job, 1))
			return -E2BIG;
		if (strncmp(name, wanted, len) || core_essential(name) != len)
			continue;
		out->accessors[0] = (struct core_accessor){ id, i, name };
		out->n_accessors = 1;
		return 1;
	}
	fail(job, out, 0, OBSTACLE_NO_ENUMERATOR, id);
	return 0;
}

int core_spec_match(struct core_job *job, const struct core_spec *local,
		    const struct raw_btf *target, uint32_t id, struct core_spec *out)
{
	int rc;

	out->btf = target;
	out->root = id;
	out->kind = local->kind;
	out->n_accessors = 0;
	out->n_levels = 0;
	out->bit_offset = 0;
	if (core_is_field(local->kind))
		return match_field(job, local, id, out);
	if (core_is_enumerator(local->kind))
		return match_enumerator(job, local, id, out);
	if (local->kind == BPF_CORE_TYPE_MATCHES)
		rc = core_types_match(job, local->root, target, id);
	else
		rc = core_types_are_compatible(job, local->root, target, id);
	if (rc == 0)
		fail(job, out, 0, OBSTACLE_OTHER_TYPE, id);
	return rc;
}
