// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/reach_value.h"

#include <string.h>

#include "base/alloc.h"

bool value_is_pointer(const struct value *value)
{
	return value->kind >= VALUE_FRAME;
}

bool value_is_same(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NONE:
	case VALUE_UNKNOWN:
	case VALUE_POINTER:
		return true;
	default:
		return a->is_anywhere == b->is_anywhere && a->section == b->section &&
		       (a->is_anywhere || a->number == b->number);
	}
}

/* Two pointers that differ. What may lead into the frame stays known as such. */
static struct value join_pointers(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_FRAME || b->kind == VALUE_FRAME)
		return (struct value){ .kind = VALUE_FRAME, .is_anywhere = true };
	return (struct value){ .kind = VALUE_POINTER };
}

bool value_join(struct value *into, const struct value *from)
{
	struct value joined;

	if (from->kind == VALUE_NONE || into->kind == VALUE_UNKNOWN || value_is_same(into, from))
		return false;
	if (into->kind == VALUE_NONE) {
		*into = *from;
		return true;
	}
	joined = value_is_pointer(into) && value_is_pointer(from) ? join_pointers(into, from)
								  : value_unknown();
	if (value_is_same(&joined, into))
		return false;
	*into = joined;
	return true;
}

bool value_join_state(struct value_state *into, const struct value_state *from)
{
	bool is_changed = from->has_spilled_frame && !into->has_spilled_frame;

	into->has_spilled_frame |= from->has_spilled_frame;
	for (int i = 0; i < 11; i++)
		is_changed |= value_join(&into->registers[i], &from->registers[i]);
	for (int i = 0; i < VALUE_SLOTS; i++) {
		uint8_t known = into->known[i] & from->known[i];

		if (known && !value_is_same(&into->slots[i], &from->slots[i]))
			known = 0;
		is_changed |= known != into->known[i];
		into->known[i] = known;
	}
	return is_changed;
}

static uint64_t shift_arithmetic(uint64_t a, uint64_t by, bool is_long)
{
	if (is_long)
		return (uint64_t)((int64_t)a >> (by & 63));
	return (uint32_t)((int32_t)a >> (by & 31));
}

/* false: not a known operation */
static bool compute(uint8_t op, bool is_long, uint64_t a, uint64_t b, uint64_t *out)
{
	uint64_t mask = is_long ? 63 : 31;

	if (!is_long) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (op) {
	case BPF_ADD:
		a += b;
		break;
	case BPF_SUB:
		a -= b;
		break;
	case BPF_MUL:
		a *= b;
		break;
	case BPF_OR:
		a |= b;
		break;
	case BPF_AND:
		a &= b;
		break;
	case BPF_XOR:
		a ^= b;
		break;
	case BPF_LSH:
		a <<= b & mask;
		break;
	case BPF_RSH:
		a >>= b & mask;
		break;
	case BPF_ARSH:
		a = shift_arithmetic(a, b, is_long);
		break;
	case BPF_DIV:
		a = b ? a / b : 0;
		break;
	case BPF_MOD:
		a = b ? a % b : a;
		break;
	default:
		return false;
	}
	*out = is_long ? a : (uint32_t)a;
	return true;
}

static struct value move(const struct bpf_insn *insn, bool is_long, const struct value *from)
{
	struct value value = *from;

	/* movsx, and the casts of arenas, are not followed */
	if (insn->off && BPF_SRC(insn->code) == BPF_X)
		return value_unknown();
	if (is_long)
		return value;
	if (value.kind == VALUE_CONST)
		return value_const((uint32_t)value.number);
	return value.kind == VALUE_NONE ? value : value_unknown();
}

static bool is_zero(const struct value *value)
{
	return value->kind == VALUE_CONST && value->number == 0;
}

/* Arithmetic with a pointer on the left. */
static struct value move_pointer(uint8_t op, const struct value *a, const struct value *b)
{
	struct value value = *a;

	if (op != BPF_ADD && op != BPF_SUB)
		return value_unknown();
	if (op == BPF_SUB && value_is_pointer(b))
		return value_unknown();
	if (b->kind == VALUE_CONST && a->kind != VALUE_OPTION && a->kind != VALUE_POINTER) {
		value.number += op == BPF_ADD ? b->number : -b->number;
		return value;
	}
	if (a->kind == VALUE_FRAME || a->kind == VALUE_CONTEXT) {
		value.is_anywhere = true;
		return value;
	}
	return (struct value){ .kind = VALUE_POINTER };
}

static struct value operate(const struct bpf_insn *insn, bool is_long, const struct value *a,
			    const struct value *b)
{
	uint8_t op = BPF_OP(insn->code);
	uint64_t number;

	if (op == BPF_NEG && a->kind == VALUE_CONST)
		return value_const(is_long ? -a->number : (uint32_t)-a->number);
	if (op == BPF_END || op == BPF_NEG || insn->off) /* off: sdiv, smod */
		return value_unknown();
	if (a->kind == VALUE_CONST && b->kind == VALUE_CONST)
		return compute(op, is_long, a->number, b->number, &number) ? value_const(number)
									   : value_unknown();
	if ((op == BPF_AND || op == BPF_MUL) && (is_zero(a) || is_zero(b)))
		return value_const(0);
	if (is_long && value_is_pointer(a))
		return move_pointer(op, a, b);
	if (is_long && op == BPF_ADD && value_is_pointer(b))
		return move_pointer(op, b, a);
	return value_unknown();
}

void value_alu(struct value_state *state, const struct bpf_insn *insn)
{
	bool is_long = BPF_CLASS(insn->code) == BPF_ALU64;
	struct value *to = &state->registers[insn->dst_reg];
	struct value immediate = value_const((uint64_t)(int64_t)insn->imm);
	const struct value *from =
		BPF_SRC(insn->code) == BPF_X ? &state->registers[insn->src_reg] : &immediate;

	if (BPF_OP(insn->code) == BPF_MOV)
		*to = move(insn, is_long, from);
	else
		*to = operate(insn, is_long, to, from);
}

static int compare(uint8_t op, bool is_long, uint64_t a, uint64_t b)
{
	int64_t x = is_long ? (int64_t)a : (int32_t)a, y = is_long ? (int64_t)b : (int32_t)b;

	if (!is_long) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (op) {
	case BPF_JEQ:
		return a == b;
	case BPF_JNE:
		return a != b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JLT:
		return a < b;
	case BPF_JLE:
		return a <= b;
	case BPF_JSET:
		return (a & b) != 0;
	case BPF_JSGT:
		return x > y;
	case BPF_JSGE:
		return x >= y;
	case BPF_JSLT:
		return x < y;
	case BPF_JSLE:
		return x <= y;
	default:
		return -1;
	}
}

int value_decide(const struct value_state *state, const struct bpf_insn *insn)
{
	uint8_t op = BPF_OP(insn->code);
	bool is_long = BPF_CLASS(insn->code) == BPF_JMP;
	struct value immediate = value_const((uint64_t)(int64_t)insn->imm);
	const struct value *a = &state->registers[insn->dst_reg];
	const struct value *b =
		BPF_SRC(insn->code) == BPF_X ? &state->registers[insn->src_reg] : &immediate;

	if (a->kind == VALUE_CONST && b->kind == VALUE_CONST)
		return compare(op, is_long, a->number, b->number);
	if (is_long && value_is_pointer(a) && is_zero(b) && (op == BPF_JEQ || op == BPF_JNE))
		return op == BPF_JNE;
	return -1;
}

struct value value_load_stack(const struct value_state *state, int64_t offset, uint32_t size)
{
	int64_t at = offset + VALUE_STACK;
	uint32_t slot, shift;
	uint8_t needed;
	uint64_t number;

	if (at < 0 || at + size > VALUE_STACK || at % 8 + size > 8)
		return value_unknown();
	slot = at / 8;
	shift = at % 8;
	needed = ((1u << size) - 1) << shift;
	if ((state->known[slot] & needed) != needed)
		return value_unknown();
	if (state->slots[slot].kind != VALUE_CONST)
		return size == 8 ? state->slots[slot] : value_unknown();
	number = state->slots[slot].number >> (shift * 8);
	return value_const(size == 8 ? number : number & ((1ull << (size * 8)) - 1));
}

static void store_const(struct value_state *state, uint32_t slot, uint32_t shift, uint32_t size,
			uint64_t number)
{
	struct value *to = &state->slots[slot];
	uint64_t mask = size == 8 ? UINT64_MAX : ((1ull << (size * 8)) - 1) << (shift * 8);

	if (state->known[slot] && to->kind != VALUE_CONST)
		state->known[slot] = 0;
	if (!state->known[slot])
		*to = value_const(0);
	to->number = (to->number & ~mask) | ((number << (shift * 8)) & mask);
	state->known[slot] |= ((1u << size) - 1) << shift;
}

void value_store_stack(struct value_state *state, int64_t offset, uint32_t size,
		       const struct value *value)
{
	int64_t at = offset + VALUE_STACK;
	uint32_t slot, shift;

	if (at < 0 || at + size > VALUE_STACK)
		return; /* the verifier refuses it */
	slot = at / 8;
	shift = at % 8;
	if (shift + size > 8) {
		state->known[slot] = 0;
		state->known[slot + 1] = 0;
	} else if (value->kind == VALUE_CONST) {
		store_const(state, slot, shift, size, value->number);
	} else if (size == 8 && value->kind != VALUE_UNKNOWN && value->kind != VALUE_NONE) {
		state->slots[slot] = *value;
		state->known[slot] = 0xff;
		state->has_spilled_frame |= value->kind == VALUE_FRAME;
	} else {
		state->known[slot] &= ~(((1u << size) - 1) << shift);
	}
	/* bytes that are not known must not tell two states apart */
	if (!state->known[slot])
		state->slots[slot] = (struct value){ 0 };
}

void value_forget_stack(struct value_state *state, int64_t from)
{
	int64_t slot = (from + VALUE_STACK) / 8;

	if (from + VALUE_STACK < 0)
		slot = 0;
	for (; slot < VALUE_SLOTS; slot++)
		state->known[slot] = 0;
}
