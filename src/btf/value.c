// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/value.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/json.h"
#include "btf/type.h"

#define MAX_NESTING 16 /* of structs and arrays in one another */

bool value_is_settable(const struct btf *btf, uint32_t id)
{
	struct type_info info;
	struct err err;

	if (type_describe(btf, id, &info, &err) < 0)
		return false;
	switch (info.shape) {
	case TYPE_INT:
		return info.size <= 8;
	case TYPE_BOOL:
	case TYPE_ENUM:
	case TYPE_CHARS:
		return info.size > 0;
	case TYPE_FLOAT:
		return info.size == 4 || info.size == 8;
	case TYPE_ARRAY:
		return info.n_elements > 0 && info.n_elements <= 64 &&
		       value_is_settable(btf, info.element) &&
		       type_stripped(btf, info.element)->size <= 8;
	default:
		return false;
	}
}

static int usage(struct err *err, const char *text, const char *wanted)
{
	AUTO(free) char *clean = text_printable(text, strnlen(text, 60));

	return err_set(err, EC_USAGE, "'%s' is not %s", clean, wanted);
}

static bool parse_digits(struct span digits, unsigned int base, uint64_t *out)
{
	uint64_t value = 0;
	unsigned int digit;
	char c;

	for (size_t i = 0; i < digits.len; i++) {
		c = digits.data[i] | 32;
		digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
		if (digit >= base || value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	*out = value;
	return digits.len > 0;
}

/* What follows the digits; 0: no such suffix. Times only where nanoseconds are plausible. */
static uint64_t multiplier(const char *suffix, uint32_t size)
{
	static const struct {
		const char *suffix;
		uint64_t factor;
		bool is_time;
	} table[] = {
		{ "", 1, false },
		{ "k", 1ull << 10, false },
		{ "K", 1ull << 10, false },
		{ "M", 1ull << 20, false },
		{ "G", 1ull << 30, false },
		{ "ns", 1, true },
		{ "us", 1000, true },
		{ "ms", 1000000, true },
		{ "s", 1000000000ull, true },
		{ "m", 60000000000ull, true },
		{ "h", 3600000000000ull, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(suffix, table[i].suffix))
			return table[i].is_time && size < 8 ? 0 : table[i].factor;
	return 0;
}

static bool parse_magnitude(const char *text, uint32_t size, uint64_t *out)
{
	static const struct {
		const char *prefix;
		unsigned int base;
		const char *digits;
	} forms[] = {
		{ "0x", 16, "0123456789abcdefABCDEF" },
		{ "0X", 16, "0123456789abcdefABCDEF" },
		{ "0o", 8, "01234567" },
		{ "0b", 2, "01" },
	};
	struct span digits = { text, strspn(text, "0123456789") };
	unsigned int base = digits.len > 1 && *text == '0' ? 8 : 10;
	uint64_t factor;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (text_starts(text, forms[i].prefix)) {
			digits.data = text + 2;
			digits.len = strspn(digits.data, forms[i].digits);
			base = forms[i].base;
		}
	if (!parse_digits(digits, base, out))
		return false;
	factor = multiplier(digits.data + digits.len, size);
	if (!factor || *out > UINT64_MAX / factor)
		return false;
	*out *= factor;
	return true;
}

static uint64_t top_of(const struct type_info *info)
{
	uint32_t bits = 8 * info->size - info->is_signed;

	return bits >= 64 ? UINT64_MAX : (1ull << bits) - 1;
}

static int out_of_range(struct err *err, const char *text, const struct type_info *info)
{
	AUTO(free) char *clean = text_printable(text, strnlen(text, 60));
	uint64_t top = top_of(info);

	if (info->is_signed)
		return err_set(err, EC_USAGE, "%s is out of range (-%" PRIu64 " to %" PRIu64 ")",
			       clean, top + 1, top);
	return err_set(err, EC_USAGE, "%s is out of range (0 to %" PRIu64 ")", clean, top);
}

static void put(void *out, uint64_t value, uint32_t size)
{
	const char *p = (const char *)&value;

	if (__BYTE_ORDER == __BIG_ENDIAN)
		p += sizeof(value) - size;
	memcpy(out, p, size);
}

static uint64_t get(const void *data, uint32_t size, bool is_signed)
{
	uint64_t value = 0;
	unsigned int unused = 64 - 8 * size;

	if (__BYTE_ORDER == __BIG_ENDIAN)
		memcpy((char *)&value + 8 - size, data, size);
	else
		memcpy(&value, data, size);
	return is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) : value;
}

static int int_from_text(const struct type_info *info, const char *text, void *out, struct err *err)
{
	bool is_negative = *text == '-';
	uint64_t value;

	if (!parse_magnitude(text + (is_negative || *text == '+'), info->size, &value))
		return usage(err, text, "a whole number");
	if (is_negative && !info->is_signed && value)
		return out_of_range(err, text, info);
	if (value > top_of(info) + (is_negative ? 1 : 0) && top_of(info) != UINT64_MAX)
		return out_of_range(err, text, info);
	put(out, is_negative ? -value : value, info->size);
	return 0;
}

static int bool_from_text(const char *text, void *out, struct err *err)
{
	static const char *const words[] = { "false", "no", "off", "0", "true", "yes", "on", "1" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcasecmp(text, words[i])) {
			*(char *)out = i >= 4;
			return 0;
		}
	return usage(err, text, "true or false");
}

static int enum_from_text(const struct btf *btf, const struct type_info *info, const char *text,
			  void *out, struct err *err)
{
	const struct btf_type *type = btf__type_by_id(btf, info->id);
	uint64_t value;
	struct type_info number = *info;

	if (type_enum_value(btf, info->id, text, &value)) {
		put(out, value, info->size);
		return 0;
	}
	number.is_signed = true;
	if (int_from_text(&number, text, out, err) == 0)
		return 0;
	usage(err, text, "one of the names");
	return err_hint(err, "enum %s has %u values, the first is %s",
			type_text(btf, type->name_off), btf_vlen(type),
			btf_vlen(type) && btf_is_enum(type)
				? type_text(btf, btf_enum(type)->name_off)
				: "…");
}

static int chars_from_text(const struct type_info *info, const char *text, void *out,
			   struct err *err)
{
	size_t len = strlen(text);

	if (len >= info->n_elements)
		return err_set(err, EC_USAGE,
			       "text of %zu bytes is longer than the %u there is room for", len,
			       info->n_elements - 1);
	memset(out, 0, info->n_elements);
	memcpy(out, text, len);
	return 0;
}

static int float_put(const struct type_info *info, double value, void *out)
{
	float narrow = value;

	if (info->size == sizeof(narrow))
		memcpy(out, &narrow, sizeof(narrow));
	else
		memcpy(out, &value, sizeof(value));
	return 0;
}

static int float_from_text(const struct type_info *info, const char *text, void *out,
			   struct err *err)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end)
		return usage(err, text, "a number");
	return float_put(info, value, out);
}

static int array_from_text(const struct btf *btf, const struct type_info *info, const char *text,
			   void *out, struct err *err)
{
	uint32_t size = info->size / info->n_elements, n = 0;
	AUTO(free) char *fresh = mem_array(info->n_elements, size);
	size_t len;

	for (const char *p = text; *p; p += len + (p[len] == ',')) {
		AUTO(free) char *item = NULL;

		len = strcspn(p, ",");
		item = mem_textn(p, len);
		if (n == info->n_elements)
			return err_set(err, EC_USAGE, "more than %u values", info->n_elements);
		if (value_from_text(btf, info->element, item, fresh + (size_t)n * size, err) < 0)
			return -1;
		n++;
	}
	memcpy(out, fresh, info->size);
	return 0;
}

int value_from_text(const struct btf *btf, uint32_t id, const char *text, void *out,
		    struct err *err)
{
	struct type_info info;

	if (type_describe(btf, id, &info, err) < 0)
		return -1;
	if (!value_is_settable(btf, id))
		return err_set(err, EC_USAGE, "a value of this type cannot be given");
	switch (info.shape) {
	case TYPE_INT:
		return int_from_text(&info, text, out, err);
	case TYPE_BOOL:
		return bool_from_text(text, out, err);
	case TYPE_ENUM:
		return enum_from_text(btf, &info, text, out, err);
	case TYPE_CHARS:
		return chars_from_text(&info, text, out, err);
	case TYPE_FLOAT:
		return float_from_text(&info, text, out, err);
	default:
		return array_from_text(btf, &info, text, out, err);
	}
}

static bool is_inside(const struct btf *btf, const struct type_info *info,
		      const struct btf_type *type, uint32_t i)
{
	uint32_t offset = btf_member_bit_offset(type, i) / 8;
	struct type_info member;
	struct err err;

	return type_describe(btf, btf_members(type)[i].type, &member, &err) == 0 &&
	       offset <= info->size && member.size <= info->size - offset;
}

static int struct_from_json(const struct btf *btf, const struct type_info *info, const json_t *json,
			    char *out, struct err *err)
{
	const struct btf_type *type = btf__type_by_id(btf, info->id);
	const struct btf_member *members = btf_members(type);
	const char *key, *name;
	json_t *item;
	uint32_t i;

	json_object_foreach ((json_t *)json, key, item) {
		for (i = 0; i < btf_vlen(type); i++) {
			name = type_text(btf, members[i].name_off);
			if (name && !strcmp(name, key))
				break;
		}
		if (i == btf_vlen(type))
			return err_set(err, EC_USAGE, "struct %s has no member '%s'",
				       type_name(btf, info->id), key);
		if (btf_member_bitfield_size(type, i))
			return err_set(err, EC_USAGE, "%s is a bit-field: it cannot be set", key);
		if (!is_inside(btf, info, type, i))
			return err_set(err, EC_CORRUPT, "BTF: %s is outside of its struct", key);
		if (value_from_json(btf, members[i].type, item,
				    out + btf_member_bit_offset(type, i) / 8, err) < 0)
			return err_wrap(err, "%s", key);
	}
	return 0;
}

static int array_from_json(const struct btf *btf, const struct type_info *info, const json_t *json,
			   char *out, struct err *err)
{
	uint32_t size = info->n_elements ? info->size / info->n_elements : 0;

	if (json_array_size(json) > info->n_elements)
		return err_set(err, EC_USAGE, "%zu values where there is room for %u",
			       json_array_size(json), info->n_elements);
	for (size_t i = 0; i < json_array_size(json); i++)
		if (value_from_json(btf, info->element, json_array_get(json, i), out + i * size,
				    err) < 0)
			return err_wrap(err, "[%zu]", i);
	return 0;
}

int value_from_json(const struct btf *btf, uint32_t id, const json_t *json, void *out,
		    struct err *err)
{
	AUTO(free) char *text = NULL;
	struct type_info info;

	if (type_describe(btf, id, &info, err) < 0)
		return -1;
	if (json_is_object(json) && (info.shape == TYPE_STRUCT || info.shape == TYPE_UNION))
		return struct_from_json(btf, &info, json, out, err);
	if (json_is_array(json) && (info.shape == TYPE_ARRAY || info.shape == TYPE_CHARS))
		return array_from_json(btf, &info, json, out, err);
	if (info.shape == TYPE_FLOAT && json_is_number(json))
		return float_put(&info, json_number_value(json), out);
	if (json_is_string(json))
		return value_from_text(btf, id, json_string_value(json), out, err);
	text = js_dump(json);
	if (info.shape == TYPE_CHARS || json_is_null(json) || json_is_object(json) ||
	    json_is_array(json)) {
		AUTO(free) char *spelling = type_spelling(btf, id);

		return err_set(err, EC_USAGE, "%.60s cannot be a %s", text, spelling);
	}
	return value_from_text(btf, id, text, out, err);
}

static json_t *to_json(const struct btf *btf, uint32_t id, const void *data, uint32_t size,
		       int depth);

static json_t *struct_to_json(const struct btf *btf, const struct type_info *info, const char *data,
			      int depth)
{
	const struct btf_type *type = btf__type_by_id(btf, info->id);
	json_t *object = json_object();

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *name = type_text(btf, member->name_off);
		uint32_t offset = btf_member_bit_offset(type, i) / 8;

		if (name && *name && !btf_member_bitfield_size(type, i) && offset <= info->size)
			js_set(object, name,
			       to_json(btf, member->type, data + offset, info->size - offset,
				       depth + 1));
	}
	return object;
}

static json_t *array_to_json(const struct btf *btf, const struct type_info *info, const char *data,
			     int depth)
{
	uint32_t size = info->n_elements ? info->size / info->n_elements : 0;
	json_t *array = json_array();

	for (uint32_t i = 0; i < info->n_elements; i++)
		js_append(array,
			  to_json(btf, info->element, data + (size_t)i * size, size, depth + 1));
	return array;
}

/* JSON numbers of jansson end at 2^63 - 1; what is above is text, which value_from_json() takes. */
static json_t *integer_to_json(const struct type_info *info, const void *data)
{
	uint64_t value = get(data, info->size, info->is_signed);
	char text[24];

	if (info->is_signed || value <= INT64_MAX)
		return json_integer((int64_t)value);
	snprintf(text, sizeof(text), "%" PRIu64, value);
	return json_string(text);
}

static json_t *float_to_json(const struct type_info *info, const void *data)
{
	float narrow;
	double wide;
	json_t *json;

	if (info->size == sizeof(narrow)) {
		memcpy(&narrow, data, sizeof(narrow));
		wide = narrow;
	} else if (info->size == sizeof(wide)) {
		memcpy(&wide, data, sizeof(wide));
	} else {
		return json_null();
	}
	json = json_real(wide);
	return json ? json : json_null(); /* NaN */
}

static json_t *enum_to_json(const struct btf *btf, const struct type_info *info, const void *data)
{
	const char *name = type_enumerator(btf, info->id, get(data, info->size, info->is_signed));

	return name ? js_text_lossy(name, strlen(name)) : integer_to_json(info, data);
}

/* size: bytes there are; a type by hand may be larger, or be a part of itself. */
static json_t *to_json(const struct btf *btf, uint32_t id, const void *data, uint32_t size,
		       int depth)
{
	struct type_info info;
	struct err err;

	if (depth > MAX_NESTING || type_describe(btf, id, &info, &err) < 0 || info.size > size)
		return json_null();
	switch (info.shape) {
	case TYPE_BOOL:
		return json_boolean(info.size && *(const char *)data);
	case TYPE_CHARS:
		return js_text_lossy(data, strnlen(data, info.n_elements));
	case TYPE_ENUM:
		return info.size <= 8 ? enum_to_json(btf, &info, data) : json_null();
	case TYPE_INT:
	case TYPE_POINTER:
		return info.size <= 8 ? integer_to_json(&info, data) : json_null();
	case TYPE_FLOAT:
		return float_to_json(&info, data);
	case TYPE_ARRAY:
		return array_to_json(btf, &info, data, depth);
	case TYPE_STRUCT:
	case TYPE_UNION:
		return struct_to_json(btf, &info, data, depth);
	default:
		return json_null();
	}
}

json_t *value_to_json(const struct btf *btf, uint32_t id, const void *data)
{
	return to_json(btf, id, data, UINT32_MAX, 0);
}

static char *item_text(const json_t *json)
{
	if (json_is_string(json))
		return text_printable(json_string_value(json), json_string_length(json));
	return js_dump(json);
}

char *value_to_text(const struct btf *btf, uint32_t id, const void *data)
{
	AUTO(json) json_t *json = value_to_json(btf, id, data);
	struct str out = STR_MAX(4096);

	if (!json_is_array(json))
		return item_text(json);
	for (size_t i = 0; i < json_array_size(json); i++) {
		AUTO(free) char *item = item_text(json_array_get(json, i));

		str_addf(&out, "%s%s", i ? "," : "", item);
	}
	return out.data ? str_take(&out) : mem_text("");
}
