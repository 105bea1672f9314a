// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "btf/type.h"
#include "run/emit.h"
#include "run/format.h"
#include "run/plan_build.h"

static void set_literal(struct plan_builder *b, struct step *step)
{
	struct str *text = &b->pending;

	if (text->len < sizeof(step->literal)) {
		memcpy(step->literal, str_text(text), text->len);
		step->literal_len = text->len;
	} else {
		step->literal_len = LONG_LITERAL;
		step->long_literal = mem_text(str_text(text));
	}
	b->max_size += text->len;
	str_cut(text, 0);
}

static void add_header(struct plan_builder *b, const char *column, const struct step *step)
{
	AUTO(free) char *clean = text_printable(column, strlen(column));
	size_t width = utf8_width(clean, strlen(clean));
	unsigned int left = step->width > width ? step->width - width : 0;

	for (char *c = clean; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c -= 'a' - 'A';
	if (b->header.len)
		str_addc(&b->header, ' ');
	str_addf(&b->header, "%*s%s%*s", step->is_right ? (int)left : 0, "", clean,
		 step->is_right ? 0 : (int)left, "");
}

static void add_step(struct plan_builder *b, const struct plan_field *f, struct step *step,
		     uint64_t max_size)
{
	struct plan *plan = b->plan;
	size_t name = utf8_width(f->column, strlen(f->column));

	if (plan->mode == PLAN_TEXT) {
		if (step->width < name)
			step->width = name < 200 ? name : 200;
		add_header(b, f->column, step);
	} else {
		step->width = 0;
		set_literal(b, step);
	}
	step->offset = f->offset;
	b->max_size += max_size + step->width + 1;
	if (step->size > b->longest_field)
		b->longest_field = step->size;
	ARRAY_ROOM(plan->steps, plan->n_steps, b->cap);
	plan->steps[plan->n_steps++] = *step;
}

/* A value that JSON shows in quotes. */
static void add_quoted(struct plan_builder *b, const struct plan_field *f, struct step *step,
		       uint64_t max_size)
{
	if (plan_is_json(b))
		str_addc(&b->pending, '"');
	add_step(b, f, step, max_size);
	if (plan_is_json(b))
		str_addc(&b->pending, '"');
}

static int add_int(struct plan_builder *b, const struct plan_field *f, const struct type_info *info)
{
	static const uint8_t widths[] = { [1] = 4, [2] = 6, [4] = 7, [8] = 12 };
	struct step step = { .size = info->size, .is_right = true };

	switch (info->size) {
	case 1:
	case 2:
	case 4:
	case 8:
		step.op = (info->is_signed ? STEP_I8 : STEP_U8) + __builtin_ctz(info->size);
		step.width = widths[info->size];
		add_step(b, f, &step, EMIT_NUMBER_MAX);
		return 0;
	case 16:
		step.op = info->is_signed ? STEP_I128 : STEP_U128;
		step.width = 20;
		add_quoted(b, f, &step, EMIT_NUMBER_MAX + 2);
		return 0;
	default:
		return err_set(b->err, EC_CORRUPT, "BTF: an integer of %u bytes", info->size);
	}
}

static int add_bits(struct plan_builder *b, const struct plan_field *f,
		    const struct type_info *info)
{
	struct step step = {
		.op = STEP_BITS,
		.is_right = true,
		.width = f->bit_size > 16 ? 7 : 4,
		.bits = { f->bit_offset % 8, f->bit_size, info->is_signed },
	};
	struct plan_field place = *f;

	if (f->bit_size > 64)
		return err_set(b->err, EC_CORRUPT, "BTF: a bit-field of %u bits", f->bit_size);
	place.offset = f->bit_offset / 8;
	step.size = (f->bit_offset % 8 + f->bit_size + 7) / 8;
	add_step(b, &place, &step, EMIT_NUMBER_MAX);
	return 0;
}

static int add_enum(struct plan_builder *b, const struct plan_field *f,
		    const struct type_info *info)
{
	struct step step = { .op = STEP_ENUM, .size = info->size };

	if (info->size != 1 && info->size != 2 && info->size != 4 && info->size != 8)
		return err_set(b->err, EC_CORRUPT, "BTF: an enum of %u bytes", info->size);
	step.enumeration.names = enum_names_new(b->btf, info->id);
	step.enumeration.is_signed = info->is_signed;
	step.width = step.enumeration.names->longest < 16 ? step.enumeration.names->longest : 16;
	add_step(b, f, &step, step.enumeration.names->longest + EMIT_NUMBER_MAX);
	return 0;
}

static void add_text(struct plan_builder *b, const struct plan_field *f,
		     const struct type_info *info)
{
	struct step step = { .op = STEP_TEXT, .size = info->n_elements };

	step.width = info->n_elements < 17 ? info->n_elements - (info->n_elements > 0) : 16;
	add_quoted(b, f, &step, 6ull * info->n_elements + 2);
}

static int add_array(struct plan_builder *b, const struct plan_field *f,
		     const struct type_info *info)
{
	struct step step = { .op = STEP_ARRAY, .size = info->size, .width = 16 };

	if (b->depth >= PLAN_NESTING || info->size > LIMIT_TEXT)
		return err_set(b->err, EC_CORRUPT, "BTF: '%s' is an array too large to print",
			       f->column);
	if (plan_new_element(b, info->element, &step.array.element) < 0)
		return -1;
	step.array.n = info->n_elements;
	step.array.stride = info->n_elements ? info->size / info->n_elements : 0;
	add_step(b, f, &step, info->n_elements * (step.array.element->max_size + 1ull) + 2);
	return 0;
}

/* The wish of the configuration, or the typedef's own; NULL: as the type is. */
static const struct format *format_for(struct plan_builder *b, const struct plan_field *f,
				       const struct type_info *info)
{
	const char *name = type_typedef(b->btf, f->type_id);
	const struct format *format;

	if (f->bit_size || info->shape == TYPE_STRUCT || info->shape == TYPE_UNION)
		return NULL;
	if (f->wish && f->wish->format) {
		format = format_find(f->wish->format);
		return format && format_takes(format, info->size) ? format : NULL;
	}
	return name ? format_of_typedef(name, info->size) : NULL;
}

static void add_formatted(struct plan_builder *b, const struct plan_field *f,
			  const struct type_info *info, const struct format *format)
{
	struct step step = {
		.op = STEP_FORMAT,
		.size = info->size,
		.width = format->width,
		.is_right = format->is_right,
		.is_signed = info->is_signed,
		.format = format,
	};

	/* a number in hex is as long as its type */
	if (!strcmp(format->name, "hex") && info->size <= 8)
		step.width = 2 + 2 * info->size;
	if (format->json == FORMAT_NAMED)
		add_step(b, f, &step, FORMAT_MAX + 2);
	else
		add_quoted(b, f, &step, FORMAT_MAX);
}

static int add_scalar(struct plan_builder *b, const struct plan_field *f,
		      const struct type_info *info)
{
	struct step step = { .size = info->size, .is_right = true };

	switch (info->shape) {
	case TYPE_INT:
		return add_int(b, f, info);
	case TYPE_BOOL:
		step.op = STEP_BOOL;
		step.is_right = false;
		step.width = 5;
		add_step(b, f, &step, 8);
		return 0;
	case TYPE_FLOAT:
		if (info->size != 4 && info->size != 8)
			return err_set(b->err, EC_CORRUPT, "BTF: a float of %u bytes", info->size);
		step.op = info->size == 4 ? STEP_F32 : STEP_F64;
		step.width = 10;
		add_step(b, f, &step, EMIT_NUMBER_MAX);
		return 0;
	case TYPE_POINTER:
		step.op = STEP_POINTER;
		step.width = 18;
		add_quoted(b, f, &step, EMIT_NUMBER_MAX);
		return 0;
	default:
		return err_set(b->err, EC_CORRUPT, "BTF: '%s' has a type that cannot be printed",
			       f->column);
	}
}

int plan_add_value(struct plan_builder *b, const struct plan_field *f)
{
	const struct format *format;
	struct type_info info;

	if (type_describe(b->btf, f->type_id, &info, b->err) < 0)
		return -1;
	if (f->bit_size)
		return add_bits(b, f, &info);
	format = format_for(b, f, &info);
	if (format && !(plan_is_json(b) && format->json == FORMAT_RAW)) {
		add_formatted(b, f, &info, format);
		return 0;
	}
	switch (info.shape) {
	case TYPE_CHARS:
		add_text(b, f, &info);
		return 0;
	case TYPE_ENUM:
		return add_enum(b, f, &info);
	case TYPE_ARRAY:
		return add_array(b, f, &info);
	case TYPE_STRUCT:
	case TYPE_UNION:
		return plan_add_struct(b, f, info.id, false);
	default:
		return add_scalar(b, f, &info);
	}
}

void plan_add_raw(struct plan_builder *b)
{
	struct plan_field whole = { .column = "raw" };
	struct step step = { .op = STEP_RAW };

	if (plan_is_json(b))
		str_adds(&b->pending, "\"raw\":");
	add_quoted(b, &whole, &step, 2 * PLAN_RAW_MOST + 3);
}
