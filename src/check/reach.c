// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/reach.h"

#include <elf.h>

#include "base/alloc.h"
#include "btf/core_resolve.h"
#include "check/reach_value.h"

#define STEPS_MOST 4000000 /* instructions looked at for one program */
#define STATES_MOST 65536  /* states kept at one time, of a kilobyte each */
#define CALLS_MOST 8	   /* frames the verifier allows */
#define MEMOS_MOST 6	   /* calls of one function that are remembered */
#define OP_MAY_GOTO 0xe0   /* BPF_JCOND, newer than Debian 12's headers */
#define MODE_MEMSX 0x80	   /* BPF_MEMSX */
#define N_ARGUMENTS 5

struct memo {
	struct value arguments[N_ARGUMENTS];
	struct value returned;
};

struct function_state { /* of one code_function */
	struct memo memos[MEMOS_MOST];
	uint8_t n_memos;
};

struct walk {
	const struct code *code;
	const struct reach_facts *facts;
	struct reach *reach;
	struct function_state *functions; /* as code's */
	uint64_t n_steps;
	uint32_t n_states;
	int depth;
};

struct frame { /* one function on its way */
	struct walk *walk;
	const struct code_function *function;
	struct value_state **states; /* of leaders, by instruction of the function */
	uint32_t *queue;	     /* leaders whose state has changed */
	uint8_t *is_queued;
	uint32_t n_queued;
	struct value returned;
};

static struct value call_function(struct walk *walk, const struct code_function *function,
				  const struct value *arguments);

/* The state with which an instruction of the function is reached from another. */
static void reach_leader(struct frame *frame, int64_t insn, const struct value_state *state)
{
	struct value_state **at;

	if (insn < 0 || insn >= frame->function->n)
		return; /* the verifier refuses to leave a function this way */
	at = &frame->states[insn];
	if (*at) {
		if (!value_join_state(*at, state))
			return;
	} else if (frame->walk->n_states >= STATES_MOST) {
		frame->walk->reach->has_given_up = true;
		return;
	} else {
		*at = mem_copy(state, sizeof(*state));
		frame->walk->n_states++;
	}
	if (!frame->is_queued[insn]) {
		frame->is_queued[insn] = 1;
		frame->queue[frame->n_queued++] = insn;
	}
}

static void add_access(struct frame *frame, uint32_t insn, const struct value *pointer, int16_t off,
		       uint32_t size)
{
	struct reach *reach = frame->walk->reach;
	int64_t offset = (int64_t)pointer->number + off;

	if (pointer->is_anywhere || offset < 0 || offset > UINT32_MAX)
		return;
	ARRAY_ROOM(reach->accesses, reach->n_accesses, reach->cap);
	reach->accesses[reach->n_accesses++] = (struct reach_access){
		.section = frame->function->section,
		.insn = insn,
		.offset = offset,
		.size = size,
	};
}

static uint32_t bytes_of(const struct bpf_insn *insn)
{
	static const uint8_t sizes[] = { 4, 2, 1, 8 }; /* BPF_W, BPF_H, BPF_B, BPF_DW */

	return sizes[BPF_SIZE(insn->code) >> 3];
}

static struct value load_data(const struct reach_data *data, uint64_t at, uint32_t size)
{
	struct value value = value_const(0);

	if (!data->bytes || at > data->size || size > data->size - at)
		return value_unknown();
	for (uint32_t i = 0; i < size && data->is_unknown; i++)
		if (data->is_unknown[at + i])
			return value_unknown();
	memcpy(&value.number, data->bytes + at, size);
	return value;
}

static struct value load_option(const struct walk *walk, const struct value *from, uint32_t size)
{
	const char *name = walk->code->object->symbols[from->number].name;
	uint64_t number;

	if (!walk->facts->option(walk->facts->arg, name, &number))
		return value_unknown();
	return value_const(size == 8 ? number : number & ((1ull << (size * 8)) - 1));
}

static struct value load(struct frame *frame, const struct value_state *state, uint32_t insn,
			 const struct bpf_insn *in)
{
	const struct value *from = &state->registers[in->src_reg];
	const struct walk *walk = frame->walk;
	uint32_t size = bytes_of(in);
	struct value value = value_unknown();

	if (from->kind == VALUE_CONTEXT)
		add_access(frame, insn, from, in->off, size);
	else if (from->kind == VALUE_FRAME && !from->is_anywhere)
		value = value_load_stack(state, (int64_t)from->number + in->off, size);
	else if (from->kind == VALUE_DATA && !from->is_anywhere)
		value = load_data(&walk->facts->data[from->section], from->number + in->off, size);
	else if (from->kind == VALUE_OPTION && !in->off)
		value = load_option(walk, from, size);
	if (BPF_MODE(in->code) == MODE_MEMSX && value.kind == VALUE_CONST) {
		uint32_t shift = 64 - size * 8;

		value.number = (uint64_t)((int64_t)(value.number << shift) >> shift);
	}
	return value;
}

static void store(struct frame *frame, struct value_state *state, uint32_t insn,
		  const struct bpf_insn *in)
{
	const struct value *to = &state->registers[in->dst_reg];
	bool is_atomic = BPF_CLASS(in->code) == BPF_STX && BPF_MODE(in->code) == BPF_ATOMIC;
	struct value value = BPF_CLASS(in->code) == BPF_ST ? value_const((uint64_t)(int64_t)in->imm)
							   : state->registers[in->src_reg];

	if (to->kind == VALUE_CONTEXT)
		add_access(frame, insn, to, in->off, bytes_of(in));
	if (to->kind == VALUE_FRAME && (to->is_anywhere || is_atomic))
		value_forget_stack(state, -VALUE_STACK);
	else if (to->kind == VALUE_FRAME)
		value_store_stack(state, (int64_t)to->number + in->off, bytes_of(in), &value);
	else if (to->kind == VALUE_UNKNOWN && state->has_spilled_frame)
		value_forget_stack(state, -VALUE_STACK);
	if (!is_atomic)
		return;
	if (in->imm == BPF_CMPXCHG)
		state->registers[0] = value_unknown();
	else if (in->imm & BPF_FETCH)
		state->registers[in->src_reg] = value_unknown();
}

static void run_unknown(struct walk *walk, const struct code_function *function)
{
	struct value arguments[N_ARGUMENTS];

	for (int i = 0; i < N_ARGUMENTS; i++)
		arguments[i] = value_unknown();
	call_function(walk, function, arguments);
}

static struct value external(const struct walk *walk, const struct object_symbol *symbol)
{
	const struct reach_facts *facts = walk->facts;

	if (facts->is_option(facts->arg, symbol->name))
		return (struct value){ .kind = VALUE_OPTION,
				       .number = symbol - walk->code->object->symbols };
	switch (facts->external(facts->arg, symbol->name)) {
	case REACH_EXTERN_PRESENT:
		return (struct value){ .kind = VALUE_POINTER };
	case REACH_EXTERN_ABSENT:
		return symbol->binding == STB_WEAK ? value_const(0) : value_unknown();
	default:
		return value_unknown();
	}
}

/* A 64-bit load: a number, or the address of something the object or the kernel has. */
static struct value load_wide(struct walk *walk, uint32_t section, uint32_t insn,
			      const struct bpf_insn *in)
{
	const struct object_symbol *symbol = code_symbol(walk->code, section, insn);
	const struct code_function *function;

	if (!symbol)
		return value_const((uint32_t)in[0].imm | (uint64_t)(uint32_t)in[1].imm << 32);
	if (code_is_extern(symbol))
		return external(walk, symbol);
	function = code_callee(walk->code, section, insn);
	if (function) {
		run_unknown(walk, function); /* a callback */
		return (struct value){ .kind = VALUE_POINTER };
	}
	if (symbol->section < walk->code->n_sections &&
	    text_starts(walk->code->object->sections[symbol->section].name, ".rodata"))
		return (struct value){ .kind = VALUE_DATA,
				       .section = symbol->section,
				       .number = symbol->value + (uint32_t)in[0].imm };
	return (struct value){ .kind = VALUE_POINTER };
}

/* What a call may have changed in this frame, through the pointers it got. */
static void forget_passed(struct value_state *state, bool is_function)
{
	for (int i = 1; i <= N_ARGUMENTS; i++) {
		const struct value *value = &state->registers[i];
		bool is_whole = is_function || value->is_anywhere;

		if (value->kind == VALUE_FRAME)
			value_forget_stack(state, is_whole ? -VALUE_STACK : (int64_t)value->number);
		else if (value->kind == VALUE_UNKNOWN && state->has_spilled_frame)
			value_forget_stack(state, -VALUE_STACK);
	}
}

/* false: the call does not come back. */
static bool call(struct frame *frame, struct value_state *state, uint32_t insn,
		 const struct bpf_insn *in)
{
	const struct code_function *function = NULL;
	struct value returned = value_unknown(), arguments[N_ARGUMENTS];

	if (in->src_reg == BPF_PSEUDO_CALL)
		function = code_callee(frame->walk->code, frame->function->section, insn);
	if (function) {
		for (int i = 0; i < N_ARGUMENTS; i++)
			arguments[i] =
				function->is_alone ? value_unknown() : state->registers[i + 1];
		returned = call_function(frame->walk, function, arguments);
		if (function->is_alone)
			returned = value_unknown();
	}
	forget_passed(state, function != NULL);
	for (int i = 1; i <= N_ARGUMENTS; i++)
		state->registers[i] = (struct value){ .kind = VALUE_NONE };
	state->registers[0] = returned;
	return returned.kind != VALUE_NONE;
}

/* The instruction that was there before is what the program goes on with. */
static void pass_poison(struct frame *frame, struct value_state *state, uint32_t insn)
{
	const struct bpf_insn *original =
		&frame->walk->code->sections[frame->function->section].original[insn];

	switch (BPF_CLASS(original->code)) {
	case BPF_LDX:
	case BPF_LD:
	case BPF_ALU:
	case BPF_ALU64:
		if (original->dst_reg < 10)
			state->registers[original->dst_reg] = value_unknown();
	}
}

static void branch(struct frame *frame, struct value_state *state, uint32_t here,
		   const struct bpf_insn *in)
{
	int taken = value_decide(state, in);
	uint8_t op = BPF_OP(in->code);
	struct value *tested = &state->registers[in->dst_reg];
	bool is_equality = BPF_CLASS(in->code) == BPF_JMP && BPF_SRC(in->code) == BPF_K &&
			   tested->kind == VALUE_UNKNOWN;
	struct value was = *tested, equal = value_const((uint64_t)(int64_t)in->imm);

	if (taken != 0) {
		if (is_equality && op == BPF_JEQ)
			*tested = equal;
		reach_leader(frame, (int64_t)here + 1 + in->off, state);
		*tested = was;
	}
	if (taken != 1) {
		if (is_equality && op == BPF_JNE)
			*tested = equal;
		reach_leader(frame, (int64_t)here + 1, state);
		*tested = was;
	}
}

/* A jump, call or exit. true: the next instruction follows. */
static bool control(struct frame *frame, struct value_state *state, uint32_t here,
		    const struct bpf_insn *in)
{
	bool is_long = BPF_CLASS(in->code) == BPF_JMP;
	uint32_t insn = frame->function->start + here;

	switch (BPF_OP(in->code)) {
	case BPF_EXIT:
		if (frame->walk->depth == 1 && state->registers[0].kind == VALUE_CONST)
			reach_note_result(frame->walk->reach,
					  &(struct reach_result){ frame->function->section, insn,
								  state->registers[0].number });
		value_join(&frame->returned, &state->registers[0]);
		return false;
	case BPF_JA:
		reach_leader(frame, (int64_t)here + 1 + (is_long ? in->off : in->imm), state);
		return false;
	case BPF_CALL:
		if (in->src_reg == 0 && in->imm == CORE_POISON) {
			pass_poison(frame, state, insn);
			return true;
		}
		return call(frame, state, insn, in);
	case OP_MAY_GOTO:
		reach_leader(frame, (int64_t)here + 1 + in->off, state);
		reach_leader(frame, (int64_t)here + 1, state);
		return false;
	default:
		branch(frame, state, here, in);
		return false;
	}
}

static void load_other(struct frame *frame, struct value_state *state, uint32_t insn,
		       const struct bpf_insn *in)
{
	if (code_is_wide(in)) {
		state->registers[in->dst_reg] =
			load_wide(frame->walk, frame->function->section, insn, in);
		return;
	}
	for (int i = 0; i <= N_ARGUMENTS; i++) /* BPF_ABS, BPF_IND */
		state->registers[i] = value_unknown();
}

/* One instruction. true: the next one follows. */
static bool step(struct frame *frame, struct value_state *state, uint32_t here,
		 const struct bpf_insn *in)
{
	uint32_t insn = frame->function->start + here;

	switch (BPF_CLASS(in->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		value_alu(state, in);
		return true;
	case BPF_LD:
		load_other(frame, state, insn, in);
		return true;
	case BPF_LDX:
		state->registers[in->dst_reg] = load(frame, state, insn, in);
		return true;
	case BPF_ST:
	case BPF_STX:
		store(frame, state, insn, in);
		return true;
	default:
		return control(frame, state, here, in);
	}
}

/* From a leader to the next, or to where it ends. */
static void run_block(struct frame *frame, uint32_t here)
{
	const struct code_section *section = &frame->walk->code->sections[frame->function->section];
	uint32_t start = frame->function->start, n = frame->function->n;
	uint8_t *marks = frame->walk->reach->marks[frame->function->section];
	struct value_state state = *frame->states[here];

	do {
		const struct bpf_insn *in = &section->insns[start + here];
		uint32_t length = 1 + code_is_wide(in);

		if (frame->walk->n_steps++ >= STEPS_MOST) {
			frame->walk->reach->has_given_up = true;
			return;
		}
		marks[start + here] = 1;
		if (in->dst_reg > 10 || in->src_reg > 10 || length > n - here)
			return; /* the verifier refuses it */
		if (!step(frame, &state, here, in))
			return;
		here += length;
	} while (here < n && !section->is_leader[start + here]);
	reach_leader(frame, here, &state);
}

static void frame_done(struct frame *frame)
{
	for (uint32_t i = 0; frame->states && i < frame->function->n; i++) {
		frame->walk->n_states -= frame->states[i] != NULL;
		free(frame->states[i]);
	}
	free(frame->states);
	free(frame->queue);
	free(frame->is_queued);
}
AUTO_STRUCT(frame, struct frame, frame_done);

static struct value run_function(struct walk *walk, const struct code_function *function,
				 const struct value *arguments)
{
	AUTO(frame) struct frame frame = { .walk = walk, .function = function };
	struct value_state start = { 0 };

	walk->n_steps += function->n / 8; /* what the arrays cost */
	frame.states = mem_array(function->n, sizeof(struct value_state *));
	frame.queue = mem_array(function->n, sizeof(*frame.queue));
	frame.is_queued = mem_array(function->n, 1);
	memcpy(&start.registers[1], arguments, N_ARGUMENTS * sizeof(*arguments));
	start.registers[10] = (struct value){ .kind = VALUE_FRAME };
	reach_leader(&frame, 0, &start);
	while (frame.n_queued && !walk->reach->has_given_up) {
		uint32_t here = frame.queue[--frame.n_queued];

		frame.is_queued[here] = 0;
		run_block(&frame, here);
	}
	return frame.returned;
}

/* What a callee knows of an argument: another's frame is only some memory to it. */
static void pass_arguments(const struct value *from, struct value *to)
{
	for (int i = 0; i < N_ARGUMENTS; i++) {
		to[i] = from[i];
		if (from[i].kind == VALUE_FRAME)
			to[i] = (struct value){ .kind = VALUE_POINTER };
	}
}

static const struct memo *find_memo(const struct function_state *state,
				    const struct value *arguments)
{
	for (int i = 0; i < state->n_memos; i++) {
		bool is_same = true;

		for (int k = 0; k < N_ARGUMENTS; k++)
			is_same = is_same &&
				  value_is_same(&state->memos[i].arguments[k], &arguments[k]);
		if (is_same)
			return &state->memos[i];
	}
	return NULL;
}

static struct value call_function(struct walk *walk, const struct code_function *function,
				  const struct value *arguments)
{
	struct function_state *state = &walk->functions[function - walk->code->functions];
	struct memo memo = { .returned = value_unknown() };
	const struct memo *known;

	pass_arguments(arguments, memo.arguments);
	known = find_memo(state, memo.arguments);
	if (known)
		return known->returned;
	if (walk->depth >= CALLS_MOST || walk->reach->has_given_up)
		return value_unknown();
	walk->depth++;
	memo.returned = run_function(walk, function, memo.arguments);
	walk->depth--;
	/* a pointer into a frame that is gone, or to a caller's context: not followed */
	if (memo.returned.kind == VALUE_FRAME)
		memo.returned = value_unknown();
	if (walk->reach->has_given_up)
		return value_unknown();
	if (state->n_memos < MEMOS_MOST)
		state->memos[state->n_memos++] = memo;
	return memo.returned;
}

void reach_run(const struct code *code, const struct code_function *entry,
	       const struct reach_facts *facts, struct reach *reach)
{
	AUTO(free)
	struct function_state *functions = mem_array(code->n_functions, sizeof(*functions));
	struct walk walk = { .code = code, .facts = facts, .reach = reach, .functions = functions };
	struct value arguments[N_ARGUMENTS];

	arguments[0] = (struct value){ .kind = VALUE_CONTEXT };
	for (int i = 1; i < N_ARGUMENTS; i++)
		arguments[i] = (struct value){ .kind = VALUE_NONE };
	call_function(&walk, entry, arguments);
}
