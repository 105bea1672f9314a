// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_REACH_VALUE_H
#define EPM_CHECK_REACH_VALUE_H

/* What a register or stack slot holds, and how that changes; for reach.c. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

enum value_kind {
	VALUE_NONE, /* nothing yet: no way leads here */
	VALUE_CONST,
	VALUE_UNKNOWN,
	/* pointers, none of which is NULL */
	VALUE_FRAME,   /* into the frame of this function */
	VALUE_DATA,    /* into a section of read-only data */
	VALUE_OPTION,  /* at an extern of .kconfig; number: its symbol */
	VALUE_CONTEXT, /* into the context of the program */
	VALUE_POINTER, /* anywhere else */
};

struct value {
	uint8_t kind;
	bool is_anywhere; /* FRAME, CONTEXT, DATA: the offset is not known */
	uint16_t section; /* DATA */
	uint64_t number;  /* CONST: itself; pointers: offset, signed */
};

#define VALUE_STACK 512 /* bytes of a frame */
#define VALUE_SLOTS (VALUE_STACK / 8)

struct value_state {
	struct value registers[11];
	struct value slots[VALUE_SLOTS]; /* slot 0 is at -512 */
	uint8_t known[VALUE_SLOTS];	 /* which bytes of it */
	bool has_spilled_frame;		 /* an address of the frame has been in memory */
};

bool value_is_pointer(const struct value *value);
bool value_is_same(const struct value *a, const struct value *b);

/* Widens `into`; does it change? */
bool value_join(struct value *into, const struct value *from);
bool value_join_state(struct value_state *into, const struct value_state *from);

/* An instruction of class ALU or ALU64. */
void value_alu(struct value_state *state, const struct bpf_insn *insn);

/* Is a jump taken: 1, 0; -1: both ways. */
int value_decide(const struct value_state *state, const struct bpf_insn *insn);

/* size: 1, 2, 4, 8 bytes. offset: from the frame's upper end, negative. */
struct value value_load_stack(const struct value_state *state, int64_t offset, uint32_t size);
void value_store_stack(struct value_state *state, int64_t offset, uint32_t size,
		       const struct value *value);
void value_forget_stack(struct value_state *state, int64_t from);

static inline struct value value_unknown(void)
{
	return (struct value){ .kind = VALUE_UNKNOWN };
}

static inline struct value value_const(uint64_t number)
{
	return (struct value){ .kind = VALUE_CONST, .number = number };
}

#endif
