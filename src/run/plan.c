// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/plan.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "btf/type.h"
#include "run/emit.h"
#include "run/format.h"

#define MAX_NESTING 16

struct builder {
	const struct btf *btf;
	struct plan *plan;
	size_t cap;
	struct str pending; /* literal text for the next step */
	struct str header;
	uint64_t max_size;
	uint32_t longest_field;
	int depth;
	const char *bare_name; /* of a value that is no struct; NULL: it has no name */
	struct err *err;
};

/* A value to be printed: where, of what type, and how the configuration wants it. */
struct field {
	const char *column; /* path of names, for the header */
	uint32_t type_id;
	uint32_t offset;		  /* bytes */
	uint32_t bit_offset;		  /* bits in the record, for bit-fields */
	uint32_t bit_size;		  /* 0: no bit-field */
	const struct config_member *wish; /* or NULL */
};

static void set_literal(struct builder *b, struct step *step)
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

static void add_header(struct builder *b, const char *column, const struct step *step)
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

static void add_step(struct builder *b, const struct field *f, struct step *step, uint64_t max_size)
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

static bool is_json(const struct builder *b)
{
	return b->plan->mode == PLAN_JSON;
}

/* A value that JSON shows in quotes. */
static void add_quoted(struct builder *b, const struct field *f, struct step *step,
		       uint64_t max_size)
{
	if (is_json(b))
		str_addc(&b->pending, '"');
	add_step(b, f, step, max_size);
	if (is_json(b))
		str_addc(&b->pending, '"');
}

static int add_int(struct builder *b, const struct field *f, const struct type_info *info)
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

static int add_bits(struct builder *b, const struct field *f, const struct type_info *info)
{
	struct step step = {
		.op = STEP_BITS,
		.is_right = true,
		.width = f->bit_size > 16 ? 7 : 4,
		.bits = { f->bit_offset % 8, f->bit_size, info->is_signed },
	};
	struct field place = *f;

	if (f->bit_size > 64)
		return err_set(b->err, EC_CORRUPT, "BTF: a bit-field of %u bits", f->bit_size);
	place.offset = f->bit_offset / 8;
	step.size = (f->bit_offset % 8 + f->bit_size + 7) / 8;
	add_step(b, &place, &step, EMIT_NUMBER_MAX);
	return 0;
}

static int add_enum(struct builder *b, const struct field *f, const struct type_info *info)
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

static void add_text(struct builder *b, const struct field *f, const struct type_info *info)
{
	struct step step = { .op = STEP_TEXT, .size = info->n_elements };

	step.width = info->n_elements < 17 ? info->n_elements - (info->n_elements > 0) : 16;
	add_quoted(b, f, &step, 6ull * info->n_elements + 2);
}

static int add_array(struct builder *b, const struct field *f, const struct type_info *info)
{
	struct step step = { .op = STEP_ARRAY, .size = info->size, .width = 16 };
	struct err *err = b->err;

	if (b->depth >= MAX_NESTING || info->size > LIMIT_TEXT)
		return err_set(err, EC_CORRUPT, "BTF: '%s' is an array too large to print",
			       f->column);
	if (plan_new_inner(b->btf, info->element, NULL, &step.array.element, err) < 0)
		return -1;
	step.array.n = info->n_elements;
	step.array.stride = info->n_elements ? info->size / info->n_elements : 0;
	add_step(b, f, &step, info->n_elements * (step.array.element->max_size + 1ull) + 2);
	return 0;
}

/* The wish of the configuration, or the typedef's own; NULL: as the type is. */
static const struct format *format_for(struct builder *b, const struct field *f,
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

static void add_formatted(struct builder *b, const struct field *f, const struct type_info *info,
			  const struct format *format)
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

static int add_value(struct builder *b, const struct field *f);

static int add_struct(struct builder *b, const struct field *f, const struct type_info *info,
		      bool is_root);

static int add_scalar(struct builder *b, const struct field *f, const struct type_info *info)
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

static int add_value(struct builder *b, const struct field *f)
{
	const struct format *format;
	struct type_info info;

	if (type_describe(b->btf, f->type_id, &info, b->err) < 0)
		return -1;
	if (b->plan->n_steps >= LIMIT_MEMBERS)
		return err_set(b->err, EC_CORRUPT, "BTF: more than %d members", LIMIT_MEMBERS);
	if (f->bit_size)
		return add_bits(b, f, &info);
	format = format_for(b, f, &info);
	if (format && !(is_json(b) && format->json == FORMAT_RAW)) {
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
		return add_struct(b, f, &info, false);
	default:
		return add_scalar(b, f, &info);
	}
}

static void add_key(struct builder *b, const char *name, bool *is_first)
{
	json_t *text;

	if (!is_json(b))
		return;
	if (!*is_first)
		str_addc(&b->pending, ',');
	*is_first = false;
	text = js_text_lossy(name, strlen(name));
	{
		AUTO(free) char *quoted = js_dump(text);

		str_addf(&b->pending, "%s:", quoted);
	}
	json_decref(text);
}

static int add_member(struct builder *b, const struct field *f, const struct btf_type *type,
		      uint32_t i, const struct config_member *wish, bool *is_first)
{
	const struct btf_member *member = btf_members(type) + i;
	const char *name = btf__name_by_offset(b->btf, member->name_off);
	const char *shown = wish && wish->column ? wish->column : name ? name : "";
	AUTO(free) char *path = NULL;
	struct field sub = {
		.type_id = member->type,
		.bit_offset = f->offset * 8 + btf_member_bit_offset(type, i),
		.bit_size = btf_member_bitfield_size(type, i),
		.wish = wish,
	};

	path = *f->column ? mem_printf("%s.%s", f->column, shown) : mem_text(shown);
	sub.column = path;
	sub.offset = sub.bit_offset / 8;
	add_key(b, shown, is_first);
	return add_value(b, &sub);
}

/* Members in the order they stand; what an anonymous struct or union holds belongs to its outer. */
static int add_members(struct builder *b, const struct field *f, const struct btf_type *type,
		       bool *is_first)
{
	const struct btf_member *members = btf_members(type);
	int rc = 0;

	if (++b->depth > MAX_NESTING)
		return err_set(b->err, EC_CORRUPT, "BTF: structs nested deeper than %d",
			       MAX_NESTING);
	for (uint32_t i = 0; i < btf_vlen(type) && rc == 0; i++) {
		const char *name = btf__name_by_offset(b->btf, members[i].name_off);
		const struct btf_type *inner = type_stripped(b->btf, members[i].type);
		struct field sub = *f;

		if (name && *name) {
			rc = add_member(b, f, type, i, NULL, is_first);
		} else if (btf_is_composite(inner)) {
			sub.offset += btf_member_bit_offset(type, i) / 8;
			rc = add_members(b, &sub, inner, is_first);
		}
	}
	b->depth--;
	return rc;
}

static int add_struct(struct builder *b, const struct field *f, const struct type_info *info,
		      bool is_root)
{
	const struct btf_type *type = btf__type_by_id(b->btf, info->id);
	bool is_first = true;

	if (is_json(b) && !is_root)
		str_addc(&b->pending, '{');
	if (add_members(b, f, type, &is_first) < 0)
		return -1;
	if (is_json(b) && !is_root)
		str_addc(&b->pending, '}');
	return 0;
}

/* The place of a member by name, in anonymous structs and unions too; -1: there is none. */
static int find_member(const struct btf *btf, const struct btf_type *type, const char *name,
		       uint32_t base, const struct btf_type **out_type, uint32_t *out_base)
{
	const struct btf_member *members = btf_members(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const char *found = btf__name_by_offset(btf, members[i].name_off);
		const struct btf_type *inner = type_stripped(btf, members[i].type);
		int index;

		if (found && !strcmp(found, name) && *name) {
			*out_type = type;
			*out_base = base;
			return i;
		}
		if ((!found || !*found) && btf_is_composite(inner)) {
			index = find_member(btf, inner, name,
					    base + btf_member_bit_offset(type, i) / 8, out_type,
					    out_base);
			if (index >= 0)
				return index;
		}
	}
	return -1;
}

/* Columns as the configuration lists them. */
static int add_chosen(struct builder *b, const struct config_export *export,
		      const struct btf_type *type)
{
	bool is_first = true;
	int rc = 0;

	for (size_t i = 0; i < export->n_members && rc == 0; i++) {
		const struct config_member *wish = &export->members[i];
		const struct btf_type *owner;
		struct field place = { .column = "" };
		int index = find_member(b->btf, type, wish->name, 0, &owner, &place.offset);

		if (index < 0)
			return err_set(b->err, EC_CORRUPT,
				       "configuration: struct %s has no member '%s'", export->name,
				       wish->name);
		if (!wish->is_hidden)
			rc = add_member(b, &place, owner, index, wish, &is_first);
	}
	return rc;
}

static int add_root(struct builder *b, uint32_t type_id, const struct config_export *export)
{
	bool is_bare = b->bare_name == NULL;
	struct field whole = { .column = "", .type_id = type_id };
	const struct btf_type *type;
	struct type_info info;
	bool is_first = true;

	if (type_describe(b->btf, type_id, &info, b->err) < 0)
		return -1;
	if (info.size == 0)
		return err_set(b->err, EC_CORRUPT, "BTF: type %u has no size", type_id);
	b->plan->record_size = info.size;
	type = btf__type_by_id(b->btf, info.id);
	if (info.shape != TYPE_STRUCT && info.shape != TYPE_UNION) {
		whole.column = is_bare ? "" : b->bare_name;
		if (!is_bare)
			add_key(b, b->bare_name, &is_first);
		return add_value(b, &whole);
	}
	if (is_bare)
		str_addc(&b->pending, '{');
	if (export && export->n_members ? add_chosen(b, export, type) < 0
					: add_struct(b, &whole, &info, true) < 0)
		return -1;
	if (is_bare)
		str_addc(&b->pending, '}');
	return 0;
}

static void set_head(struct builder *b, const struct plan_wish *wish)
{
	struct plan *plan = b->plan;
	AUTO(str) struct str head = STR_MAX(4096);
	AUTO(free) char *clean = NULL;
	AUTO(json) json_t *source = json_string(wish->source ? wish->source : "");
	AUTO(free) char *quoted = source ? js_dump(source) : mem_text("\"\"");

	plan->has_stamp = wish->has_stamp;
	if (plan->mode == PLAN_JSON) {
		str_addc(&head, '{');
		if (wish->source)
			str_addf(&head, "\"source\":%s,", quoted);
		if (wish->has_stamp)
			str_adds(&head, "\"time\":\"");
	} else if (wish->has_source && wish->source) {
		clean = text_printable(wish->source, strlen(wish->source));
		str_addf(&head, "%-16s ", clean);
	}
	plan->head_len = head.len;
	plan->head = str_take(&head);
	if (plan->mode == PLAN_JSON && wish->has_stamp)
		str_adds(&b->pending, "\",");
}

static void set_header_and_tail(struct builder *b, const struct plan_wish *wish)
{
	struct plan *plan = b->plan;

	if (plan->mode == PLAN_JSON) {
		/* a record without a member: the comma after source or time must go */
		if (plan->n_steps == 0 && b->pending.len && text_ends(str_text(&b->pending), ","))
			str_cut(&b->pending, b->pending.len - 1);
		str_adds(&b->pending, "}\n");
		plan->tail_len = b->pending.len;
		plan->tail = str_take(&b->pending);
		return;
	}
	if (wish->is_part) {
		plan->header = str_take(&b->header);
		plan->tail = mem_text(" ");
		plan->tail_len = 1;
		return;
	}
	if (plan->n_steps && !plan->steps[plan->n_steps - 1].is_right)
		plan->steps[plan->n_steps - 1].width = 0; /* nothing to fill behind the last */
	while (b->header.len && b->header.data[b->header.len - 1] == ' ')
		str_cut(&b->header, b->header.len - 1);
	plan->header = mem_printf("%s%s%s\n", wish->has_source ? "SOURCE           " : "",
				  wish->has_stamp ? "TIME            " : "", str_text(&b->header));
	plan->tail = mem_text("\n");
	plan->tail_len = 1;
}

static int finish(struct builder *b, struct plan **out)
{
	struct plan *plan = b->plan;

	b->max_size +=
		plan->head_len + plan->tail_len + sizeof(((struct output *)0)->stamp) + EMIT_SLACK;
	if (b->max_size > LIMIT_OBJECT)
		return err_set(b->err, EC_CORRUPT, "BTF: records are too large to print");
	plan->max_size = b->max_size;
	plan->zeros = mem_alloc(b->longest_field + 16);
	*out = plan;
	b->plan = NULL;
	return 0;
}

static void builder_done(struct builder *b)
{
	plan_free(b->plan);
	str_done(&b->pending);
	str_done(&b->header);
}
AUTO_STRUCT(builder, struct builder, builder_done);

int plan_new(const struct btf *btf, uint32_t type_id, const struct plan_wish *wish,
	     struct plan **out, struct err *err)
{
	AUTO(builder)
	struct builder b = { .btf = btf,
			     .pending = STR_MAX(LIMIT_TEXT),
			     .header = STR_MAX(LIMIT_TEXT),
			     .err = err };

	b.plan = mem_alloc(sizeof(*b.plan));
	b.plan->mode = wish->mode;
	b.bare_name = wish->bare_name ? wish->bare_name : "value";
	set_head(&b, wish);
	if (add_root(&b, type_id, wish->export) < 0)
		return -1;
	set_header_and_tail(&b, wish);
	return finish(&b, out);
}

int plan_new_inner(const struct btf *btf, uint32_t type_id, const struct config_export *export,
		   struct plan **out, struct err *err)
{
	AUTO(builder)
	struct builder b = { .btf = btf,
			     .pending = STR_MAX(LIMIT_TEXT),
			     .header = STR_MAX(LIMIT_TEXT),
			     .err = err };

	b.plan = mem_alloc(sizeof(*b.plan));
	b.plan->mode = PLAN_JSON;
	b.plan->head = mem_text("");
	if (add_root(&b, type_id, export) < 0)
		return -1;
	b.plan->tail_len = b.pending.len;
	b.plan->tail = str_take(&b.pending);
	return finish(&b, out);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct step *step = &plan->steps[i];

		free((char *)step->long_literal);
		if (step->op == STEP_ENUM)
			enum_names_free(step->enumeration.names);
		if (step->op == STEP_ARRAY)
			plan_free(step->array.element);
	}
	free(plan->steps);
	free(plan->head);
	free(plan->tail);
	free(plan->header);
	free((char *)plan->zeros);
	free(plan);
}
