// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/core_resolve.h"

#include "base/alloc.h"
#include "btf/core_priv.h"

#define CANDIDATE_COST 16 /* of keeping one; it bounds their memory too */

struct candidate {
	const struct raw_btf *btf;
	uint32_t id;
};

/* The candidates for a root type of the object: those that are left. */
struct root {
	struct candidate *candidates;
	uint32_t n_candidates;
	uint32_t cap;
	bool is_filled;
};

struct core_resolver {
	struct raw_btf local; /* a borrowed one, with the pointers of eBPF */
	struct core_targets targets;
	enum core_size_rule rule;
	struct root *roots; /* by type id */
	uint32_t work;
	const struct core_watch *watch;
};

struct core_resolver *core_resolver_new(const struct raw_btf *local,
					const struct core_targets *targets,
					enum core_size_rule rule)
{
	struct core_resolver *resolver = mem_alloc(sizeof(*resolver));

	resolver->local = *local;
	resolver->local.pointer_size = 8;
	resolver->targets = *targets;
	resolver->rule = rule;
	resolver->roots = mem_array(local->n_types, sizeof(*resolver->roots));
	resolver->work = CORE_WORK;
	return resolver;
}

void core_resolver_free(struct core_resolver *resolver)
{
	if (!resolver)
		return;
	for (uint32_t i = 0; i < resolver->local.n_types; i++)
		free(resolver->roots[i].candidates);
	free(resolver->roots);
	free(resolver);
}

void core_resolver_watch(struct core_resolver *resolver, const struct core_watch *watch)
{
	resolver->watch = watch;
}

static int add_candidates(struct core_job *job, const struct btf_type *type,
			  const struct core_target *target, struct root *root)
{
	const char *name = core_type_name(job->local, type);
	size_t len = core_essential(name);

	if (!core_spend(job, name_index_cost(target->names, target->btf, name, len, job->work)))
		return -E2BIG;
	for (uint32_t id = name_index_first(target->names, target->btf, name, len); id;
	     id = name_index_next(target->names, target->btf, id, name, len)) {
		if (!core_same_kind(type, raw_btf_type(target->btf, id)))
			continue;
		if (!core_spend(job, CANDIDATE_COST) || root->n_candidates == CORE_CANDIDATES)
			return -E2BIG;
		ARRAY_ROOM(root->candidates, root->n_candidates, root->cap);
		root->candidates[root->n_candidates++] = (struct candidate){ target->btf, id };
	}
	return 0;
}

/* Modules are asked when the kernel itself has no candidate; libbpf, bpf_core_find_cands() */
static int fill(struct core_resolver *resolver, struct core_job *job, const struct btf_type *type,
		struct root *root)
{
	const struct core_target *modules = NULL;
	size_t n = 0;

	if (add_candidates(job, type, &resolver->targets.main, root) < 0)
		return -E2BIG;
	if (!root->n_candidates && resolver->targets.modules)
		modules = resolver->targets.modules(resolver->targets.arg, &n);
	for (size_t i = 0; i < n; i++)
		if (add_candidates(job, type, &modules[i], root) < 0)
			return -E2BIG;
	root->is_filled = true;
	return 0;
}

/* What was found so far for one relocation. */
struct found {
	struct core_values values;
	uint32_t bit_offset;
	uint32_t root;
	uint32_t n;
};

static int refuse(struct core_result *out, int error, const char *why)
{
	if (!out->why[0])
		snprintf(out->why, sizeof(out->why), "%s", why);
	return error;
}

static int differ(struct core_result *out, const char *what, uint64_t a, uint64_t b)
{
	snprintf(out->why, sizeof(out->why),
		 "the kernel has several types of this name, which differ in the %s: %lld and %lld",
		 what, (long long)a, (long long)b);
	return -EINVAL;
}

/* All that match have to agree. */
static int take(struct found *found, const struct core_spec *spec, const struct core_values *values,
		struct core_result *out)
{
	if (!found->n) {
		found->values = *values;
		found->bit_offset = spec->bit_offset;
		found->root = spec->root;
	} else if (spec->bit_offset != found->bit_offset) {
		return differ(out, "field's offset in bits", found->bit_offset, spec->bit_offset);
	} else if (values->value != found->values.value) {
		return differ(out, "value", found->values.value, values->value);
	}
	found->n++;
	return 0;
}

/* Candidates that do not match are dropped for good, unless none does. */
static int try_all(struct core_resolver *resolver, struct core_job *job, struct root *root,
		   const struct core_spec *local, struct found *found, struct core_result *out)
{
	struct core_spec spec;
	struct core_values values;
	uint32_t kept = 0;
	int rc;

	for (uint32_t i = 0; i < root->n_candidates; i++) {
		rc = core_spend(job, 1) ? core_spec_match(job, local, root->candidates[i].btf,
							  root->candidates[i].id, &spec)
					: -E2BIG;
		if (rc < 0)
			return refuse(out, rc, "a type of this name in the kernel is broken");
		if (rc == 0)
			continue;
		rc = core_values_find(local, &spec, resolver->rule, &values);
		if (rc < 0)
			return refuse(out, rc,
				      "the field has nothing of the kind that is asked for");
		rc = take(found, &spec, &values, out);
		if (rc < 0)
			return rc;
		root->candidates[kept++] = root->candidates[i];
	}
	if (kept)
		root->n_candidates = kept;
	return 0;
}

static int watch_all(const struct core_watch *watch, struct core_job *job, const struct root *root,
		     const struct core_spec *local)
{
	struct core_spec spec;

	for (uint32_t i = 0; i < root->n_candidates; i++) {
		if (!core_spend(job, 1))
			return -E2BIG;
		if (core_spec_match(job, local, root->candidates[i].btf, root->candidates[i].id,
				    &spec) > 0)
			watch->matched(watch->arg, local, &spec);
	}
	return 0;
}

static void put(const struct found *found, struct core_result *out)
{
	const struct core_values *values = &found->values;

	out->outcome = values->is_poisoned ? CORE_POISONED : CORE_RESOLVED;
	out->is_match = found->n > 0;
	out->n_matches = found->n;
	out->target = found->root;
	out->validates = values->validates;
	out->is_resized = values->is_resized;
	out->original = values->original;
	out->value = values->value;
	out->original_size = values->original_size;
	out->size = values->size;
}

static int search(struct core_resolver *resolver, struct core_job *job,
		  const struct core_spec *local, struct core_result *out)
{
	const struct btf_type *type = raw_btf_type(&resolver->local, local->root);
	struct root *root = &resolver->roots[local->root];
	struct found found = { 0 };
	int rc = 0;

	if (!root->is_filled)
		rc = fill(resolver, job, type, root);
	if (rc < 0)
		return rc;
	if (resolver->watch)
		return watch_all(resolver->watch, job, root, local);
	out->n_candidates = root->n_candidates;
	rc = try_all(resolver, job, root, local, &found, out);
	if (rc < 0)
		return rc;
	if (!found.n) {
		rc = core_values_find(local, NULL, resolver->rule, &found.values);
		if (rc < 0)
			return refuse(out, rc,
				      "the field has nothing of the kind that is asked for");
		core_explain(job, local, &resolver->targets.main, out);
	}
	put(&found, out);
	return 0;
}

static int resolve(struct core_resolver *resolver, struct core_job *job,
		   const struct core_relo *relo, struct core_result *out)
{
	struct core_spec local;
	const struct btf_type *type = raw_btf_at(&resolver->local, relo->type_id);

	if (!type || !relo->type_id)
		return refuse(out, -EINVAL, "the relocation is of a type that is not there");
	if (relo->kind != BPF_CORE_TYPE_ID_LOCAL && !*core_type_name(&resolver->local, type))
		return refuse(out, -EINVAL, "the relocation is of a type without a name");
	if (core_spec_parse(&resolver->local, relo, &local) < 0)
		return refuse(out, -EINVAL, "the access does not fit its own types");
	if (relo->kind != BPF_CORE_TYPE_ID_LOCAL)
		return search(resolver, job, &local, out);
	out->original = relo->type_id;
	out->value = relo->type_id;
	out->is_match = true;
	return 0;
}

void core_resolve(struct core_resolver *resolver, const struct core_relo *relo,
		  struct core_result *out)
{
	struct core_job job = { .local = &resolver->local, .work = resolver->work };
	int rc;

	*out = (struct core_result){ 0 };
	rc = resolve(resolver, &job, relo, out);
	resolver->work = job.work;
	if (rc == 0)
		return;
	out->outcome = CORE_FAILED;
	out->error = rc;
	if (!job.work)
		snprintf(out->why, sizeof(out->why), "the types are too many to be compared");
}
