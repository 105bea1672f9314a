// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/type.h"

#include "base/alloc.h"
#include "base/limits.h"

#define MAX_CHAIN 64 /* typedefs and qualifiers on one another; the kernel refuses more than 32 */

static const struct btf_type *type_at(const struct btf *btf, uint32_t id)
{
	static const struct btf_type none;
	const struct btf_type *type = btf__type_by_id(btf, id);

	return type ? type : &none;
}

uint32_t type_strip(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = type_at(btf, id);

	for (int i = 0; i < MAX_CHAIN && (btf_is_mod(type) || btf_is_typedef(type)); i++) {
		id = type->type;
		type = type_at(btf, id);
	}
	return id;
}

const struct btf_type *type_stripped(const struct btf *btf, uint32_t id)
{
	return type_at(btf, type_strip(btf, id));
}

const char *type_text(const struct btf *btf, uint32_t offset)
{
	const char *text = btf__name_by_offset(btf, offset);

	return text ? text : "";
}

const char *type_name(const struct btf *btf, uint32_t id)
{
	return type_text(btf, type_at(btf, id)->name_off);
}

const char *type_typedef(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = type_at(btf, id);

	for (int i = 0; i < MAX_CHAIN && btf_is_mod(type); i++) {
		id = type->type;
		type = type_at(btf, id);
	}
	return btf_is_typedef(type) ? type_name(btf, id) : NULL;
}

static void spell(const struct btf *btf, uint32_t id, int depth, struct str *out)
{
	const struct btf_type *type = type_at(btf, id);
	const char *name = type_name(btf, id);

	if (depth > MAX_CHAIN) {
		str_adds(out, "…");
		return;
	}
	switch (btf_kind(type)) {
	case BTF_KIND_UNKN:
		str_adds(out, "void");
		return;
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		spell(btf, type->type, depth + 1, out);
		return;
	case BTF_KIND_PTR:
		spell(btf, type->type, depth + 1, out);
		str_adds(out, text_ends(str_text(out), "*") ? "*" : " *");
		return;
	case BTF_KIND_STRUCT:
		str_addf(out, "struct %s", *name ? name : "{…}");
		return;
	case BTF_KIND_UNION:
		str_addf(out, "union %s", *name ? name : "{…}");
		return;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		str_addf(out, "enum %s", *name ? name : "{…}");
		return;
	case BTF_KIND_FWD:
		str_addf(out, "%s %s", btf_kflag(type) ? "union" : "struct", name);
		return;
	case BTF_KIND_FUNC_PROTO:
		str_adds(out, "void (*)()");
		return;
	default:
		/* DWARF's name for it; C code says _Bool or bool, people say bool */
		str_adds(out, !strcmp(name, "_Bool") ? "bool" : name);
	}
}

char *type_spelling(const struct btf *btf, uint32_t id)
{
	struct str out = STR_MAX(4096), dimensions = STR_MAX(1024);
	const struct btf_type *type;

	for (int i = 0; i < MAX_CHAIN; i++) {
		type = type_at(btf, id);
		if (btf_is_array(type)) {
			str_addf(&dimensions, "[%u]", btf_array(type)->nelems);
			id = btf_array(type)->type;
		} else if (btf_is_mod(type)) {
			id = type->type;
		} else {
			break;
		}
	}
	spell(btf, id, 0, &out);
	str_adds(&out, str_text(&dimensions));
	str_done(&dimensions);
	return str_take(&out);
}

static bool is_char(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = type_stripped(btf, id);

	return btf_is_int(type) && type->size == 1 &&
	       !strcmp(type_name(btf, type_strip(btf, id)), "char");
}

static bool is_width(uint32_t size, uint32_t most)
{
	return size > 0 && size <= most && (size & (size - 1)) == 0;
}

static int describe_array(const struct btf *btf, const struct btf_type *type, int depth,
			  struct type_info *out, struct err *err);

static int describe(const struct btf *btf, uint32_t id, int depth, struct type_info *out,
		    struct err *err)
{
	const struct btf_type *type;
	uint8_t encoding;

	*out = (struct type_info){ .id = type_strip(btf, id) };
	if (depth > MAX_CHAIN || (out->id && !btf__type_by_id(btf, out->id)))
		return err_set(err, EC_CORRUPT, "BTF: type %u is damaged", id);
	type = type_at(btf, out->id);
	out->size = type->size;
	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		encoding = btf_int_encoding(type);
		out->shape = encoding & BTF_INT_BOOL ? TYPE_BOOL : TYPE_INT;
		out->is_signed = encoding & BTF_INT_SIGNED;
		if (!is_width(type->size, 16))
			return err_set(err, EC_CORRUPT, "BTF: an integer of %u bytes", type->size);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		out->shape = TYPE_ENUM;
		/* clang 14 sets no flag; what is below zero and has no name is wrong then */
		out->is_signed = btf_kflag(type);
		if (!is_width(type->size, 8))
			return err_set(err, EC_CORRUPT, "BTF: an enum of %u bytes", type->size);
		break;
	case BTF_KIND_FLOAT:
		out->shape = TYPE_FLOAT;
		break;
	case BTF_KIND_PTR:
		out->shape = TYPE_POINTER;
		out->size = btf__pointer_size(btf);
		out->element = type->type;
		break;
	case BTF_KIND_STRUCT:
		out->shape = TYPE_STRUCT;
		break;
	case BTF_KIND_UNION:
		out->shape = TYPE_UNION;
		break;
	case BTF_KIND_ARRAY:
		return describe_array(btf, type, depth, out, err);
	default:
		out->size = 0;
		break;
	}
	return 0;
}

static int describe_array(const struct btf *btf, const struct btf_type *type, int depth,
			  struct type_info *out, struct err *err)
{
	const struct btf_array *array = btf_array(type);
	struct type_info element;
	uint64_t size;

	if (describe(btf, array->type, depth + 1, &element, err) < 0)
		return -1;
	size = (uint64_t)element.size * array->nelems;
	if (size > LIMIT_RING)
		return err_set(err, EC_CORRUPT, "BTF: an array of %u elements", array->nelems);
	out->shape = is_char(btf, array->type) ? TYPE_CHARS : TYPE_ARRAY;
	out->element = array->type;
	out->n_elements = array->nelems;
	out->size = size;
	return 0;
}

int type_describe(const struct btf *btf, uint32_t id, struct type_info *out, struct err *err)
{
	return describe(btf, id, 0, out, err);
}

uint64_t type_enumerator_at(const struct btf_type *type, uint32_t i, uint32_t *name_off)
{
	const struct btf_enum64 *wide;
	const struct btf_enum *narrow;

	if (btf_kind(type) == BTF_KIND_ENUM64) {
		wide = (const struct btf_enum64 *)(type + 1) + i;
		*name_off = wide->name_off;
		return (uint64_t)wide->val_hi32 << 32 | wide->val_lo32;
	}
	narrow = btf_enum(type) + i;
	*name_off = narrow->name_off;
	return (uint64_t)(int64_t)narrow->val;
}

/* Keep the bits the enum has, so that signed and unsigned readings compare equal. */
static uint64_t cut(uint64_t value, uint32_t size)
{
	return size >= 8 ? value : value & ((1ull << (8 * size)) - 1);
}

const char *type_enumerator(const struct btf *btf, uint32_t enum_id, uint64_t value)
{
	const struct btf_type *type = type_at(btf, enum_id);
	uint32_t name_off;

	if (!btf_is_any_enum(type))
		return NULL;
	for (uint32_t i = 0; i < btf_vlen(type); i++)
		if (cut(type_enumerator_at(type, i, &name_off), type->size) ==
		    cut(value, type->size))
			return type_text(btf, name_off);
	return NULL;
}

bool type_enum_value(const struct btf *btf, uint32_t enum_id, const char *name, uint64_t *out)
{
	const struct btf_type *type = type_at(btf, enum_id);
	const char *candidate;
	uint32_t name_off;
	uint64_t value;

	if (!btf_is_any_enum(type))
		return false;
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		value = type_enumerator_at(type, i, &name_off);
		candidate = type_text(btf, name_off);
		if (candidate && !strcmp(candidate, name)) {
			*out = value;
			return true;
		}
	}
	return false;
}
