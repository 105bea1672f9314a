// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_CORE_ORACLE_H
#define TESTS_SUPPORT_CORE_ORACLE_H

/*
 * The resolver that libbpf keeps for itself: functions of libbpf.a that its shared library does not
 * export, declared here as in its src/relo_core.h. For tests only.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>

#include "base/alloc.h"
#include "btf/core_resolve.h"

struct bpf_core_cand {
	const struct btf *btf;
	__u32 id;
};

struct bpf_core_cand_list {
	struct bpf_core_cand *cands;
	int len;
};

struct bpf_core_accessor {
	__u32 type_id;
	__u32 idx;
	const char *name;
};

struct bpf_core_spec {
	const struct btf *btf;
	struct bpf_core_accessor spec[64];
	__u32 root_type_id;
	enum bpf_core_relo_kind relo_kind;
	int len;
	int raw_spec[64];
	int raw_len;
	__u32 bit_offset;
};

struct bpf_core_relo_res {
	__u64 orig_val;
	__u64 new_val;
	bool poison;
	bool validate;
	bool fail_memsz_adjust;
	__u32 orig_sz;
	__u32 orig_type_id;
	__u32 new_sz;
	__u32 new_type_id;
};

size_t bpf_core_essential_name_len(const char *name);
int bpf_core_add_cands(struct bpf_core_cand *local, size_t essential, const struct btf *target,
		       const char *target_name, int first, struct bpf_core_cand_list *cands);
int bpf_core_calc_relo_insn(const char *program, const struct bpf_core_relo *relo, int index,
			    const struct btf *local, struct bpf_core_cand_list *cands,
			    struct bpf_core_spec *scratch, struct bpf_core_relo_res *out);
int bpf_core_patch_insn(const char *program, struct bpf_insn *insn, int insn_index,
			const struct bpf_core_relo *relo, int index,
			const struct bpf_core_relo_res *res);

/* The same BTF for both. */
struct both {
	struct btf *theirs;
	char *bytes; /* a copy: libbpf drops its own when a split BTF looks for a string */
	struct raw_btf ours;
	struct name_index names;
};

static inline void both_open(struct btf *btf, const struct both *base, struct both *out)
{
	struct err err;
	uint32_t size;
	const void *data = btf__raw_data(btf, &size);
	struct span span = { .len = size };

	out->theirs = btf;
	out->bytes = mem_copy(data, size);
	span.data = out->bytes;
	if (raw_btf_open_split(span, base ? &base->ours : NULL, "test", &out->ours, &err) < 0)
		fail_msg("%s", err.text);
	name_index_make(&out->ours, &out->names);
}

static inline void both_done(struct both *both)
{
	name_index_done(&both->names);
	raw_btf_done(&both->ours);
	free(both->bytes);
	btf__free(both->theirs);
}

/* Relocations of one object with one kernel, in turn. */
struct duel {
	const struct both *local;
	const struct both *target;
	const struct both *modules;
	size_t n_modules;
	struct core_target *module_targets;
	struct core_resolver *ours;
	struct bpf_core_cand_list *theirs; /* by root type */
	bool *is_filled;
	const char *what;
	uint32_t seed;
};

/* What all duels together saw. */
static struct {
	size_t n, n_matches, n_poisoned, n_failed, n_ambiguous, n_patched, n_patch_failed,
		n_resized;
	size_t by_kind[BPF_CORE_TYPE_MATCHES + 1];
} seen;

static inline const struct core_target *duel_modules(void *arg, size_t *out_n)
{
	struct duel *duel = arg;

	*out_n = duel->n_modules;
	return duel->module_targets;
}

static inline void duel_open(struct duel *duel)
{
	struct core_targets targets = { .main = { &duel->target->ours, &duel->target->names },
					.modules = duel_modules,
					.arg = duel };
	uint32_t n = duel->local->ours.n_types;
	bool elements = libbpf_major_version() > 1 || libbpf_minor_version() >= 6;

	btf__set_pointer_size(duel->local->theirs, 8);
	duel->ours = core_resolver_new(&duel->local->ours, &targets,
				       elements ? CORE_SIZE_ELEMENT : CORE_SIZE_WHOLE);
	duel->module_targets = mem_array(duel->n_modules + 1, sizeof(*duel->module_targets));
	for (size_t i = 0; i < duel->n_modules; i++)
		duel->module_targets[i] =
			(struct core_target){ &duel->modules[i].ours, &duel->modules[i].names };
	duel->theirs = mem_array(n, sizeof(*duel->theirs));
	duel->is_filled = mem_array(n, sizeof(*duel->is_filled));
	duel->seed = 1;
}

static inline void duel_done(struct duel *duel)
{
	for (uint32_t i = 0; i < duel->local->ours.n_types; i++)
		free(duel->theirs[i].cands);
	free(duel->theirs);
	free(duel->is_filled);
	free(duel->module_targets);
	core_resolver_free(duel->ours);
}

static inline uint32_t duel_random(struct duel *duel, uint32_t n)
{
	duel->seed = duel->seed * 1664525 + 1013904223;
	return (duel->seed >> 8) % n;
}

/* libbpf, bpf_core_find_cands() */
static inline struct bpf_core_cand_list *duel_candidates(struct duel *duel, uint32_t id)
{
	struct bpf_core_cand_list *list = &duel->theirs[id];
	struct bpf_core_cand local = { duel->local->theirs, id };
	const struct btf_type *type = btf__type_by_id(local.btf, id);
	size_t len = bpf_core_essential_name_len(btf__name_by_offset(local.btf, type->name_off));

	if (duel->is_filled[id])
		return list;
	duel->is_filled[id] = true;
	bpf_core_add_cands(&local, len, duel->target->theirs, "vmlinux", 1, list);
	for (size_t i = 0; !list->len && i < duel->n_modules; i++) {
		/* all modules are gone through; only what came of vmlinux ends it */
		for (; i < duel->n_modules; i++)
			bpf_core_add_cands(&local, len, duel->modules[i].theirs, "module",
					   btf__type_cnt(duel->target->theirs), list);
	}
	return list;
}

static inline int their_outcome(struct duel *duel, const struct bpf_core_relo *relo,
				struct bpf_core_relo_res *out)
{
	static struct bpf_core_spec scratch[3];
	const struct btf *btf = duel->local->theirs;
	const struct btf_type *type = btf__type_by_id(btf, relo->type_id);
	struct bpf_core_cand_list none = { 0 };

	if (relo->kind == BPF_CORE_TYPE_ID_LOCAL)
		return bpf_core_calc_relo_insn("p", relo, 0, btf, &none, scratch, out);
	if (!*btf__name_by_offset(btf, type->name_off)) /* bpf_core_find_cands() */
		return -EINVAL;
	return bpf_core_calc_relo_insn("p", relo, 0, btf, duel_candidates(duel, relo->type_id),
				       scratch, out);
}

/* An instruction that has the value, in one of its forms, and now and then one that does not fit. */
static inline void make_instruction(struct duel *duel, const struct core_result *r,
				    struct bpf_insn insn[2])
{
	static const uint8_t sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };
	uint8_t size = r->original_size == 1   ? BPF_B
		       : r->original_size == 2 ? BPF_H
		       : r->original_size == 4 ? BPF_W
					       : BPF_DW;
	uint64_t value = r->original + (duel_random(duel, 16) == 0);

	memset(insn, 0, 2 * sizeof(*insn));
	if (duel_random(duel, 16) == 0)
		size = sizes[duel_random(duel, 4)];
	insn->off = value;
	insn->dst_reg = 1;
	switch (duel_random(duel, 8)) {
	case 0:
		insn->code = BPF_STX | BPF_MEM | size;
		break;
	case 1:
		insn->code = BPF_ST | BPF_MEM | size;
		break;
	case 2:
	case 3:
		insn->code = BPF_LDX | BPF_MEM | size;
		break;
	case 4:
		insn[0] = (struct bpf_insn){ .code = BPF_LD | BPF_IMM | BPF_DW, .imm = value };
		insn[1].imm = value >> 32;
		insn[1].off = duel_random(duel, 16) == 0;
		break;
	case 5:
		*insn = (struct bpf_insn){ .code = duel_random(duel, 256), .imm = value };
		break;
	default:
		*insn = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = value };
		break;
	}
}

static inline void duel_patch(struct duel *duel, const struct bpf_core_relo *relo,
			      const struct bpf_core_relo_res *theirs,
			      const struct core_result *ours)
{
	struct core_result result = *ours;
	struct bpf_insn a[2], b[2];
	int rc;

	make_instruction(duel, ours, a);
	memcpy(b, a, sizeof(b));
	rc = bpf_core_patch_insn("p", a, 0, relo, 0, theirs);
	core_patch(b, 2, &result);
	if ((rc < 0) != (result.outcome == CORE_FAILED) || (rc < 0 && rc != result.error) ||
	    memcmp(a, b, sizeof(a)))
		fail_msg("%s: patching code %#x: libbpf %d, here %d (%s)", duel->what, b->code, rc,
			 result.error, result.why);
	seen.n_patched++;
	seen.n_patch_failed += rc < 0;
	seen.n_resized += rc == 0 && result.outcome == CORE_RESOLVED &&
			  result.size != result.original_size && BPF_CLASS(a->code) == BPF_LDX;
}

static inline bool is_same(const struct bpf_core_relo_res *theirs, const struct core_result *ours)
{
	return theirs->poison == (ours->outcome == CORE_POISONED) &&
	       theirs->new_val == ours->value && theirs->orig_val == ours->original &&
	       theirs->validate == ours->validates &&
	       theirs->fail_memsz_adjust == ours->is_resized &&
	       theirs->orig_sz == ours->original_size && theirs->new_sz == ours->size;
}

static inline void duel_fight(struct duel *duel, const struct bpf_core_relo *relo)
{
	struct core_relo mine = { .section = "x",
				  .type_id = relo->type_id,
				  .access = raw_btf_name(&duel->local->ours, relo->access_str_off),
				  .kind = relo->kind };
	struct bpf_core_relo_res theirs = { 0 };
	struct core_result ours;
	char text[256];
	int rc = their_outcome(duel, relo, &theirs);

	core_resolve(duel->ours, &mine, &ours);
	core_spell(&duel->local->ours, &mine, text, sizeof(text));
	if ((rc < 0) != (ours.outcome == CORE_FAILED) || (rc < 0 && rc != ours.error) ||
	    (rc == 0 && !is_same(&theirs, &ours)))
		fail_msg("%s: kind %u of [%u] %s + %s: libbpf %d %llu -> %llu, %u -> %u bytes%s%s; "
			 "here %d %llu -> %llu, %u -> %u bytes%s (%s)",
			 duel->what, relo->kind, relo->type_id, text, mine.access, rc,
			 theirs.orig_val, theirs.new_val, theirs.orig_sz, theirs.new_sz,
			 theirs.poison ? ", poison" : "", theirs.validate ? ", validate" : "",
			 ours.error, (long long)ours.original, (long long)ours.value,
			 ours.original_size, ours.size, ours.validates ? ", validate" : "",
			 ours.why);
	/* a reason for each, and for no other */
	if ((ours.outcome == CORE_RESOLVED && ours.is_match) != !ours.why[0])
		fail_msg("%s: %s: why: '%s'", duel->what, text, ours.why);
	seen.n++;
	seen.n_matches += ours.is_match;
	seen.n_poisoned += ours.outcome == CORE_POISONED;
	seen.n_failed += ours.outcome == CORE_FAILED;
	seen.n_ambiguous += !!strstr(ours.why, "several types");
	if (relo->kind <= BPF_CORE_TYPE_MATCHES)
		seen.by_kind[relo->kind]++;
	if (rc == 0)
		duel_patch(duel, relo, &theirs, &ours);
}

#endif
