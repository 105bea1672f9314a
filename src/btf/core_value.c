// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/core_priv.h"

/* What a spec gives for one kind of relocation. */
struct field {
	uint64_t value;
	uint32_t size; /* of what a load takes; 0: no offset was asked for, or a bit-field */
	uint32_t type;
	bool validates; /* the compiler must have come to the same value */
};

/* Where the bits of a member are. */
struct place {
	uint32_t byte_offset; /* of the load */
	uint32_t byte_size;
	uint32_t bit_offset;
	uint32_t bits;
	bool is_bitfield;
};

/* Bytes that a load of the type takes; libbpf since 1.6: of an array, those of its innermost element. */
static int64_t load_size(const struct core_spec *spec, uint32_t id, enum core_size_rule rule)
{
	for (int depth = 0; rule == CORE_SIZE_ELEMENT && depth < CORE_LEVELS; depth++) {
		const struct btf_type *type = raw_btf_strip(spec->btf, id, &id);

		if (!type)
			return -1;
		if (!btf_is_array(type))
			break;
		id = btf_array(type)->type;
	}
	return raw_btf_size(spec->btf, id);
}

/* The last step was into an array, or there was none: it has an offset and a size, nothing else. */
static int element_value(const struct core_spec *spec, enum core_size_rule rule, struct field *out)
{
	uint32_t type = spec->accessors[spec->n_accessors - 1].type;
	int64_t size;

	out->validates = true;
	if (spec->kind == BPF_CORE_FIELD_BYTE_SIZE) {
		size = raw_btf_size(spec->btf, type);
		out->value = size;
		return size < 0 ? -EINVAL : 0;
	}
	if (spec->kind != BPF_CORE_FIELD_BYTE_OFFSET)
		return -EINVAL;
	size = load_size(spec, type, rule);
	out->value = spec->bit_offset / 8;
	out->size = size;
	out->type = type;
	return size < 0 ? -EINVAL : 0;
}

/*
 * The smallest aligned load of 1, 2, 4 or 8 bytes, from the declared type's size on, that has all
 * bits. In 32 bits, as libbpf computes.
 */
static int place_bits(struct place *place, const struct btf_type *type)
{
	uint32_t size = type->size, offset;

	if (!size)
		return -EINVAL;
	offset = place->bit_offset / 8 / size * size;
	while (place->bit_offset + place->bits - offset * 8 > size * 8) {
		if (size >= 8)
			return -E2BIG;
		size *= 2;
		offset = place->bit_offset / 8 / size * size;
	}
	place->byte_size = size;
	place->byte_offset = offset;
	return 0;
}

static int place_member(const struct core_spec *spec, const struct btf_type *type, uint32_t id,
			struct place *place)
{
	const struct core_accessor *last = &spec->accessors[spec->n_accessors - 1];
	int64_t size;

	place->bit_offset = spec->bit_offset;
	place->bits = btf_member_bitfield_size(raw_btf_type(spec->btf, last->type), last->index);
	place->is_bitfield = place->bits > 0;
	if (place->is_bitfield)
		return place_bits(place, type);
	size = raw_btf_size(spec->btf, id);
	if (size < 0)
		return -EINVAL;
	place->byte_size = size;
	place->byte_offset = spec->bit_offset / 8;
	place->bits = place->byte_size * 8;
	return 0;
}

static bool is_signed(const struct btf_type *type)
{
	return (btf_is_any_enum(type) && btf_kflag(type)) ||
	       (btf_is_int(type) && (btf_int_encoding(type) & BTF_INT_SIGNED));
}

static uint32_t left_shift(const struct place *place)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return 64 - (place->bit_offset + place->bits - place->byte_offset * 8);
#else
	return (8 - place->byte_size) * 8 + (place->bit_offset - place->byte_offset * 8);
#endif
}

/* libbpf, bpf_core_calc_field_relo() */
static int field_value(const struct core_spec *spec, enum core_size_rule rule, struct field *out)
{
	const struct core_accessor *last = &spec->accessors[spec->n_accessors - 1];
	struct place place;
	const struct btf_type *type;
	uint32_t id;
	int64_t size;
	int rc;

	if (!last->name)
		return element_value(spec, rule, out);
	type = raw_btf_strip(
		spec->btf, btf_members(raw_btf_type(spec->btf, last->type))[last->index].type, &id);
	rc = type ? place_member(spec, type, id, &place) : -EINVAL;
	if (rc < 0)
		return rc;
	/* compilers choose the load of a bit-field in more than one way */
	out->validates = !place.is_bitfield || spec->kind == BPF_CORE_FIELD_SIGNED ||
			 spec->kind == BPF_CORE_FIELD_RSHIFT_U64;
	switch (spec->kind) {
	case BPF_CORE_FIELD_BYTE_OFFSET:
		out->value = place.byte_offset;
		if (place.is_bitfield)
			return 0;
		size = load_size(spec, id, rule);
		out->size = size;
		out->type = id;
		return size < 0 ? -EINVAL : 0;
	case BPF_CORE_FIELD_BYTE_SIZE:
		out->value = place.byte_size;
		return 0;
	case BPF_CORE_FIELD_SIGNED:
		out->value = is_signed(type);
		return 0;
	case BPF_CORE_FIELD_LSHIFT_U64:
		out->value = left_shift(&place);
		return 0;
	default:
		out->value = 64 - place.bits;
		return 0;
	}
}

static bool is_unsigned_integer(const struct btf_type *type)
{
	return btf_is_int(type) && btf_int_encoding(type) != BTF_INT_SIGNED;
}

/* A load of another size gives the same number only for pointers and unsigned integers. */
static bool can_resize(const struct btf_type *original, const struct btf_type *type)
{
	return (btf_is_ptr(original) && btf_is_ptr(type)) ||
	       (is_unsigned_integer(original) && is_unsigned_integer(type));
}

static int field_values(const struct core_spec *local, const struct core_spec *target,
			enum core_size_rule rule, struct core_values *out)
{
	struct field original = { .validates = true }, found = { 0 };
	int rc;

	if (local->kind == BPF_CORE_FIELD_EXISTS) {
		out->original = 1;
		out->value = !!target;
		return 0;
	}
	rc = field_value(local, rule, &original);
	if (rc < 0)
		return rc;
	out->original = original.value;
	out->original_size = original.size;
	out->validates = original.validates;
	out->is_poisoned = !target;
	if (!target)
		return 0;
	rc = field_value(target, rule, &found);
	if (rc < 0)
		return rc;
	out->value = found.value;
	out->size = found.size;
	out->is_resized =
		original.size != found.size && !can_resize(raw_btf_at(local->btf, original.type),
							   raw_btf_at(target->btf, found.type));
	return 0;
}

static int type_value(const struct core_spec *spec, uint64_t *out)
{
	int64_t size;

	switch (spec->kind) {
	case BPF_CORE_TYPE_ID_TARGET:
		*out = spec->root;
		return 0;
	case BPF_CORE_TYPE_SIZE:
		size = raw_btf_size(spec->btf, spec->root);
		if (size < 0)
			return -EINVAL;
		*out = size;
		return 0;
	default:
		*out = 1;
		return 0;
	}
}

static int type_values(const struct core_spec *local, const struct core_spec *target,
		       struct core_values *out)
{
	int rc = type_value(local, &out->original);

	/* ids change when objects are linked */
	out->validates = local->kind != BPF_CORE_TYPE_ID_TARGET;
	return rc < 0 || !target ? rc : type_value(target, &out->value);
}

static uint64_t enumerator_value(const struct core_spec *spec)
{
	const struct btf_type *type = raw_btf_type(spec->btf, spec->accessors[0].type);
	uint32_t index = spec->accessors[0].index;

	if (btf_is_enum(type)) /* libbpf extends the sign of unsigned ones too */
		return (uint64_t)(int64_t)btf_enum(type)[index].val;
	return btf_enum64_value(btf_enum64(type) + index);
}

int core_values_find(const struct core_spec *local, const struct core_spec *target,
		     enum core_size_rule rule, struct core_values *out)
{
	*out = (struct core_values){ .validates = true };
	if (core_is_field(local->kind))
		return field_values(local, target, rule, out);
	if (core_is_type(local->kind))
		return type_values(local, target, out);
	if (local->kind == BPF_CORE_ENUMVAL_EXISTS) {
		out->original = 1;
		out->value = !!target;
		return 0;
	}
	out->original = enumerator_value(local);
	out->is_poisoned = !target;
	if (target)
		out->value = enumerator_value(target);
	return 0;
}
