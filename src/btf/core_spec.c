// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <limits.h>

#include "btf/core_priv.h"

/*
 * One number of an access string as libbpf's sscanf("%d") takes it: white space and a sign may stand
 * before it, and what does not fit is cut to 32 bits. false: there is none.
 */
static bool read_number(const char **at, int *out)
{
	const char *p = *at;
	uint64_t value = 0;
	bool is_negative;

	while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		p++;
	is_negative = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++)
		value = value > (INT64_MAX - 9) / 10 ? INT64_MAX : value * 10 + (*p - '0');
	*at = p;
	*out = (int)(uint32_t)(is_negative ? -value : value);
	return true;
}

/* "0:1:2" into numbers; how many, or -1. */
static int read_access(const char *text, int numbers[CORE_LEVELS])
{
	int n = 0;

	if (!*text || *text == ':')
		return -1;
	while (*text) {
		if (*text == ':')
			text++;
		if (n == CORE_LEVELS || !read_number(&text, &numbers[n]))
			return -1;
		n++;
	}
	return n;
}

bool core_is_flexible(const struct raw_btf *btf, const struct core_accessor *last,
		      const struct btf_array *array)
{
	if (!last->name || array->nelems > 0)
		return false;
	return last->index == btf_vlen(raw_btf_type(btf, last->type)) - 1u;
}

const char *core_enumerator(const struct raw_btf *btf, const struct btf_type *type, uint32_t index)
{
	return raw_btf_name(btf, btf_is_enum(type) ? btf_enum(type)[index].name_off
						   : btf_enum64(type)[index].name_off);
}

/* One step into a struct or union; *id becomes the member's type. */
static int enter_member(struct core_spec *spec, const struct btf_type *type, int index,
			uint32_t *id)
{
	const struct btf_member *member;
	const char *name;

	if (index < 0 || index >= btf_vlen(type))
		return -EINVAL;
	member = btf_members(type) + index;
	spec->bit_offset += btf_member_bit_offset(type, index);
	if (member->name_off) {
		name = raw_btf_name(spec->btf, member->name_off);
		if (!*name)
			return -EINVAL;
		spec->accessors[spec->n_accessors++] = (struct core_accessor){ *id, index, name };
	}
	*id = member->type;
	return 0;
}

/* One step into an array; *id becomes the element's type. */
static int enter_array(struct core_spec *spec, const struct btf_type *type, int index, uint32_t *id)
{
	const struct btf_array *array = btf_array(type);
	const struct core_accessor *last = &spec->accessors[spec->n_accessors - 1];
	int64_t size;

	if (!raw_btf_strip(spec->btf, array->type, id))
		return -EINVAL;
	if (!core_is_flexible(spec->btf, last, array) && (uint32_t)index >= array->nelems)
		return -EINVAL;
	size = raw_btf_size(spec->btf, *id);
	if (size < 0)
		return -EINVAL;
	spec->accessors[spec->n_accessors++] = (struct core_accessor){ *id, index, NULL };
	spec->bit_offset += (uint32_t)index * (uint32_t)size * 8;
	return 0;
}

static int parse_field(struct core_spec *spec, const int *numbers, int n, uint32_t id)
{
	int64_t size = raw_btf_size(spec->btf, id);

	if (size < 0)
		return -EINVAL;
	spec->bit_offset = (uint32_t)numbers[0] * (uint32_t)size * 8;
	for (int i = 1; i < n; i++) {
		const struct btf_type *type = raw_btf_strip(spec->btf, id, &id);
		int rc = -EINVAL;

		if (type && btf_is_composite(type))
			rc = enter_member(spec, type, numbers[i], &id);
		else if (type && btf_is_array(type))
			rc = enter_array(spec, type, numbers[i], &id);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int core_spec_parse(const struct raw_btf *local, const struct core_relo *relo,
		    struct core_spec *out)
{
	const struct btf_type *type;
	int numbers[CORE_LEVELS], n;
	uint32_t id;

	*out = (struct core_spec){ .btf = local, .root = relo->type_id, .kind = relo->kind };
	if (!relo->type_id || relo->type_id >= local->n_types)
		return -EINVAL;
	if (core_is_type(relo->kind))
		return strcmp(relo->access, "0") ? -EINVAL : 0;
	n = read_access(relo->access, numbers);
	type = raw_btf_strip(local, relo->type_id, &id);
	if (n < 0 || !type)
		return -EINVAL;
	out->accessors[0] = (struct core_accessor){ id, numbers[0], NULL };
	out->n_accessors = 1;
	out->n_levels = n;
	if (core_is_field(relo->kind))
		return parse_field(out, numbers, n, id);
	if (!core_is_enumerator(relo->kind) || !btf_is_any_enum(type) || n > 1 || numbers[0] < 0 ||
	    numbers[0] >= btf_vlen(type))
		return -EINVAL;
	out->accessors[0].name = core_enumerator(local, type, numbers[0]);
	return 0;
}

void core_spell(const struct raw_btf *local, const struct core_relo *relo, char *out, size_t size)
{
	struct core_spec spec;
	const struct btf_type *type;
	const char *name;
	size_t len;

	out[0] = '\0';
	if (core_spec_parse(local, relo, &spec) < 0)
		return;
	type = raw_btf_type(local, spec.root);
	name = core_type_name(local, type);
	len = snprintf(out, size, "%s%s", core_prefix(type), *name ? name : "(anonymous)");
	if (core_is_enumerator(spec.kind) && len < size)
		snprintf(out + len, size - len, "::%s", spec.accessors[0].name);
	if (!core_is_field(spec.kind))
		return;
	for (uint32_t i = 0; i < spec.n_accessors && len < size; i++) {
		const struct core_accessor *a = &spec.accessors[i];

		if (a->name)
			len += snprintf(out + len, size - len, ".%s", a->name);
		else if (i || a->index)
			len += snprintf(out + len, size - len, "[%u]", a->index);
	}
}
