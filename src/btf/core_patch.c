// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <limits.h>
#include <linux/bpf.h>

#include "btf/core_priv.h"

static bool is_long_load(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static void refuse(struct core_result *result, int error, const char *why)
{
	result->outcome = CORE_FAILED;
	result->error = error;
	snprintf(result->why, sizeof(result->why), "%s", why);
}

/* Both halves of a long load, or the verifier would speak of an unknown opcode instead. */
static void poison(struct bpf_insn *insns)
{
	const struct bpf_insn bad = { .code = BPF_JMP | BPF_CALL, .imm = CORE_POISON };

	if (is_long_load(insns))
		insns[1] = bad;
	insns[0] = bad;
}

static void patch_number(struct bpf_insn *insn, struct core_result *result)
{
	if (BPF_SRC(insn->code) != BPF_K)
		refuse(result, -EINVAL, "the instruction has no number to set");
	else if (result->validates && (uint64_t)(int64_t)insn->imm != result->original)
		refuse(result, -EINVAL, "the instruction has another number than its types say");
	else
		insn->imm = result->value;
}

static void patch_long_load(struct bpf_insn *insns, struct core_result *result)
{
	uint64_t number = (uint32_t)insns[0].imm | (uint64_t)(uint32_t)insns[1].imm << 32;

	if (insns[0].src_reg || insns[0].off || insns[1].code || insns[1].dst_reg ||
	    insns[1].src_reg || insns[1].off) {
		refuse(result, -EINVAL, "the instruction has an unexpected form");
	} else if (result->validates && number != result->original) {
		refuse(result, -EINVAL, "the instruction has another number than its types say");
	} else {
		insns[0].imm = result->value;
		insns[1].imm = result->value >> 32;
	}
}

/* The size bits of a load or store for so many bytes; -1: there are none. */
static int size_bits(uint32_t bytes)
{
	switch (bytes) {
	case 8:
		return BPF_DW;
	case 4:
		return BPF_W;
	case 2:
		return BPF_H;
	case 1:
		return BPF_B;
	default:
		return -1;
	}
}

static void patch_size(struct bpf_insn *insn, struct core_result *result)
{
	int size = size_bits(result->size);

	if (size_bits(result->original_size) != BPF_SIZE(insn->code))
		refuse(result, -EINVAL, "the instruction has another size than its types say");
	else if (size < 0)
		refuse(result, -EINVAL, "no instruction has the size of the kernel's field");
	else
		insn->code = BPF_MODE(insn->code) | size | BPF_CLASS(insn->code);
}

static void patch_offset(struct bpf_insn *insn, struct core_result *result)
{
	if (result->validates && (uint64_t)(int64_t)insn->off != result->original) {
		refuse(result, -EINVAL, "the instruction has another offset than its types say");
	} else if (result->value > SHRT_MAX) {
		refuse(result, -ERANGE, "the offset is too large for an instruction");
	} else if (result->is_resized) {
		result->outcome = CORE_POISONED;
		snprintf(result->why, sizeof(result->why),
			 "the field has %u bytes in the program and %u in the kernel, and is no "
			 "pointer or unsigned integer",
			 result->original_size, result->size);
		poison(insn);
	} else {
		insn->off = result->value;
		if (result->size != result->original_size)
			patch_size(insn, result);
	}
}

/* The kinds of instructions; libbpf, bpf_core_patch_insn() */
static void patch(struct bpf_insn *insns, struct core_result *result)
{
	uint8_t class = BPF_CLASS(insns->code);

	if (class == BPF_ALU || class == BPF_ALU64)
		patch_number(insns, result);
	else if (class == BPF_LDX || class == BPF_ST || class == BPF_STX)
		patch_offset(insns, result);
	else if (is_long_load(insns))
		patch_long_load(insns, result);
	else
		refuse(result, -EINVAL, "the instruction is none that can be relocated");
}

void core_patch(struct bpf_insn *insns, size_t n, struct core_result *result)
{
	if (result->outcome == CORE_FAILED)
		return;
	if (n < 1 || (n < 2 && is_long_load(insns)))
		refuse(result, -EINVAL, "the instruction is cut");
	else if (result->outcome == CORE_POISONED)
		poison(insns);
	else
		patch(insns, result);
}
