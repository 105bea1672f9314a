// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Printing by a plan: what plan.c has made ready, for each record. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "run/emit.h"
#include "run/format.h"
#include "run/plan.h"

static inline uint64_t load(const char *p, unsigned int size)
{
	uint64_t value = 0;

	switch (size) {
	case 1:
		return *(const uint8_t *)p;
	case 2: {
		uint16_t v;

		memcpy(&v, p, 2);
		return v;
	}
	case 4: {
		uint32_t v;

		memcpy(&v, p, 4);
		return v;
	}
	default:
		memcpy(&value, p, 8);
		return value;
	}
}

static inline int64_t load_signed(const char *p, unsigned int size)
{
	unsigned int unused = 64 - 8 * size;

	return (int64_t)(load(p, size) << unused) >> unused;
}

static char *emit_u128(char *p, unsigned __int128 value)
{
	const uint64_t chunk = 10000000000000000000ull; /* 10^19 */
	char *q;

	if (value <= UINT64_MAX)
		return emit_unsigned(p, value);
	p = emit_u128(p, value / chunk);
	q = emit_exact(p, value % chunk, emit_digits(value % chunk));
	if (q < p + 19) { /* zeros in front */
		memmove(p + 19 - (q - p), p, q - p);
		memset(p, '0', 19 - (q - p));
	}
	return p + 19;
}

static char *emit_wide(char *p, const char *field, bool is_signed)
{
	unsigned __int128 value;

	memcpy(&value, field, sizeof(value));
	if (is_signed && (__int128)value < 0) {
		*p++ = '-';
		value = -value;
	}
	return emit_u128(p, value);
}

/* The shortest decimal that is read back as the same number. */
static char *emit_float_field(char *p, const struct step *step, const char *field, bool is_json)
{
	bool is_narrow = step->op == STEP_F32;
	int digits = is_narrow ? FLT_DIG : DBL_DIG, most = digits + (is_narrow ? 3 : 2), n;
	double value;
	float narrow;

	if (is_narrow) {
		memcpy(&narrow, field, sizeof(narrow));
		value = narrow;
	} else {
		memcpy(&value, field, sizeof(value));
	}
	if (!isfinite(value))
		return is_json ? emit_bytes(p, "null", 4)
			       : p + snprintf(p, EMIT_NUMBER_MAX, "%g", value);
	do
		n = snprintf(p, EMIT_NUMBER_MAX, "%.*g", digits, value);
	while (digits++ < most &&
	       (is_narrow ? strtof(p, NULL) != narrow : strtod(p, NULL) != value));
	return p + n;
}

static char *emit_bits(char *p, const struct step *step, const char *field)
{
	unsigned __int128 bytes = 0;
	unsigned int unused = 64 - step->bits.n_bits;
	uint64_t value;

	if (__BYTE_ORDER == __BIG_ENDIAN) {
		for (uint32_t i = 0; i < step->size; i++)
			bytes = bytes << 8 | (unsigned char)field[i];
		bytes >>= 8 * step->size - step->bits.shift - step->bits.n_bits;
	} else {
		memcpy(&bytes, field, step->size);
		bytes >>= step->bits.shift;
	}
	value = (uint64_t)bytes << unused;
	if (step->bits.is_signed)
		return emit_signed(p, (int64_t)value >> unused);
	return emit_unsigned(p, value >> unused);
}

static char *emit_enum(char *p, const struct step *step, const char *field, bool is_json)
{
	uint64_t value = load(field, step->size);
	const struct enum_name *name = enum_names_find(step->enumeration.names, value);

	if (!name)
		return step->enumeration.is_signed ? emit_signed(p, load_signed(field, step->size))
						   : emit_unsigned(p, value);
	if (is_json)
		*p++ = '"';
	p = emit_bytes(p, name->text, name->len);
	if (is_json)
		*p++ = '"';
	return p;
}

/* The record may end inside of the array: have is what there is of it. */
static char *emit_array(char *p, const struct step *step, const char *field, uint64_t have)
{
	uint32_t stride = step->array.stride;

	*p++ = '[';
	for (uint32_t i = 0; i < step->array.n; i++) {
		uint64_t at = (uint64_t)i * stride;
		uint64_t left = at < have ? have - at : 0;

		if (i)
			*p++ = ',';
		p = plan_emit(step->array.element, p, field + (left ? at : 0),
			      left < stride ? left : stride);
	}
	*p++ = ']';
	return p;
}

static char *emit_formatted(char *p, const struct step *step, const char *field, bool is_json)
{
	bool is_named = is_json && step->format->json == FORMAT_NAMED;
	char *start = p, *end;

	end = step->format->emit(p + is_named, field, step->size, step->is_signed);
	if (!is_named)
		return end;
	if (start[1] == '-' || (start[1] >= '0' && start[1] <= '9')) {
		memmove(start, start + 1, end - start - 1);
		return end - 1;
	}
	*start = '"';
	*end++ = '"';
	return end;
}

/* What is rare; the common integers and text are in emit_step(). */
static char *emit_other(char *p, const struct step *step, const char *field, bool is_json)
{
	switch (step->op) {
	case STEP_BOOL:
		return *field ? emit_bytes(p, "true", 4) : emit_bytes(p, "false", 5);
	case STEP_ENUM:
		return emit_enum(p, step, field, is_json);
	case STEP_BITS:
		return emit_bits(p, step, field);
	case STEP_U128:
	case STEP_I128:
		return emit_wide(p, field, step->op == STEP_I128);
	case STEP_F32:
	case STEP_F64:
		return emit_float_field(p, step, field, is_json);
	case STEP_POINTER:
		p = emit_bytes(p, "0x", 2);
		return emit_hex(p, load(field, step->size));
	default:
		return emit_formatted(p, step, field, is_json);
	}
}

/* Move what stands from `start` on to the right, so that it ends at start + width. */
static char *align_right(char *p, char *start, unsigned int width)
{
	size_t len = p - start;

	if (len >= width)
		return p;
	memmove(start + width - len, start, len);
	memset(start, ' ', width - len);
	return start + width;
}

static inline char *emit_literal(char *p, const struct step *step)
{
	if (__builtin_expect(step->literal_len == LONG_LITERAL, 0))
		return emit_bytes(p, step->long_literal, strlen(step->long_literal));
	memcpy(p, step->literal, 32);
	if (step->literal_len > 32)
		memcpy(p + 32, step->literal + 32, 16);
	return p + step->literal_len;
}

/* The field in the record, or zeros where the record ends before it. */
static inline const char *field_of(const struct plan *plan, const struct step *step,
				   const char *record, uint32_t size)
{
	if (__builtin_expect((uint64_t)step->offset + step->size > size, 0))
		return plan->zeros;
	return record + step->offset;
}

static inline char *emit_chars(char *p, const struct step *step, const char *record, uint32_t size,
			       bool is_json)
{
	uint32_t have = size > step->offset ? size - step->offset : 0;

	return emit_text(p, record + step->offset, have < step->size ? have : step->size, is_json);
}

static char *emit_elements(char *p, const struct step *step, const char *record, uint32_t size)
{
	if (size <= step->offset)
		return emit_array(p, step, record, 0);
	return emit_array(p, step, record + step->offset, size - step->offset);
}

static char *emit_raw(char *p, const char *record, uint32_t size)
{
	uint32_t n = size < PLAN_RAW_MOST ? size : PLAN_RAW_MOST;

	for (uint32_t i = 0; i < n; i++) {
		*p++ = "0123456789abcdef"[(unsigned char)record[i] >> 4];
		*p++ = "0123456789abcdef"[record[i] & 15];
	}
	return n < size ? emit_bytes(p, "…", strlen("…")) : p;
}

static inline char *emit_json_steps(const struct plan *plan, char *p, const char *record,
				    uint32_t size)
{
	const struct step *end = plan->steps + plan->n_steps;

	for (const struct step *s = plan->steps; s < end; s++) {
		const char *field = field_of(plan, s, record, size);

		p = emit_literal(p, s);
		switch (s->op) {
		case STEP_U32: /* the common ones without a look at the size */
			p = emit_unsigned(p, load(field, 4));
			break;
		case STEP_I32:
			p = emit_signed(p, load_signed(field, 4));
			break;
		case STEP_U8:
		case STEP_U16:
		case STEP_U64:
			p = emit_unsigned(p, load(field, s->size));
			break;
		case STEP_I8:
		case STEP_I16:
		case STEP_I64:
			p = emit_signed(p, load_signed(field, s->size));
			break;
		case STEP_TEXT:
			p = emit_chars(p, s, record, size, true);
			break;
		case STEP_RAW:
			p = emit_raw(p, record, size);
			break;
		case STEP_ARRAY:
			p = emit_elements(p, s, record, size);
			break;
		default:
			p = emit_other(p, s, field, true);
		}
	}
	return p;
}

static inline char *emit_text_steps(const struct plan *plan, char *p, const char *record,
				    uint32_t size)
{
	const struct step *end = plan->steps + plan->n_steps;

	for (const struct step *s = plan->steps; s < end; s++) {
		const char *field = field_of(plan, s, record, size);
		char *start = p;

		switch (s->op) {
		case STEP_U32:
			p = emit_number_right(p, load(field, 4), false, s->width);
			break;
		case STEP_I32:
			p = emit_number_right(p, load_signed(field, 4), true, s->width);
			break;
		case STEP_U8:
		case STEP_U16:
		case STEP_U64:
			p = emit_number_right(p, load(field, s->size), false, s->width);
			break;
		case STEP_I8:
		case STEP_I16:
		case STEP_I64:
			p = emit_number_right(p, load_signed(field, s->size), true, s->width);
			break;
		case STEP_TEXT:
			p = emit_chars(p, s, record, size, false);
			p = emit_pad(p, start, s->width);
			break;
		case STEP_RAW:
			p = emit_raw(p, record, size);
			break;
		case STEP_ARRAY:
			p = emit_pad(emit_elements(p, s, record, size), start, s->width);
			break;
		default:
			p = emit_other(p, s, field, false);
			p = s->is_right ? align_right(p, start, s->width)
					: emit_pad(p, start, s->width);
		}
		*p++ = ' ';
	}
	return plan->n_steps ? p - 1 : p;
}

char *plan_emit(const struct plan *plan, char *p, const void *record, uint32_t size)
{
	if (plan->mode == PLAN_JSON)
		p = emit_json_steps(plan, p, record, size);
	else
		p = emit_text_steps(plan, p, record, size);
	if (plan->tail_len != 1)
		return emit_bytes(p, plan->tail, plan->tail_len);
	*p = *plan->tail;
	return p + 1;
}

void plan_print(const struct plan *plan, struct output *out, const void *record, uint32_t size)
{
	char *line = out->p, *p = line;

	if (plan->head_len)
		p = emit_bytes(p, plan->head, plan->head_len);
	if (plan->has_stamp) {
		p = emit_bytes(p, out->stamp, out->stamp_len);
		if (plan->mode == PLAN_TEXT)
			*p++ = ' ';
	}
	out->p = plan_emit(plan, p, record, size);
	if (__builtin_expect(out->columns != 0, 0) && plan->mode == PLAN_TEXT)
		output_fit(out, line);
	if (out->p >= out->limit)
		output_flush(out);
}
