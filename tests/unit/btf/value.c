// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/value.h"
#include "base/alloc.h"
#include "support/types.h"

/* A member's type and bytes; as JSON, and as the text of a flag. Both are read back. */
static const struct {
	const char *type, *bytes, *json, *text;
} cases[] = {
	{ "u8", "\xff", "255", "255" },
	{ "i8", "\xff", "-1", "-1" },
	{ "u32", "\xff\xff\xff\xff", "4294967295", "4294967295" },
	{ "i64", "\0\0\0\0\0\0\0\x80", "-9223372036854775808", "-9223372036854775808" },
	{ "u64", "\xff\xff\xff\xff\xff\xff\xff\x7f", "9223372036854775807", "9223372036854775807" },
	{ "u64", "\xff\xff\xff\xff\xff\xff\xff\xff", "\"18446744073709551615\"",
	  "18446744073709551615" },
	{ "bool", "\x01", "true", "true" },
	{ "bool", "\0", "false", "false" },
	{ "color", "\x05\0\0\0", "\"GREEN\"", "GREEN" },
	{ "color", "\x04\0\0\0", "4", "4" },
	{ "level", "\xff", "\"LOW\"", "LOW" },
	{ "wide", "\0\0\0\0\0\x01\0\0", "\"HUGE\"", "HUGE" },
	{ "f64", "\0\0\0\0\0\0\xe0\x3f", "0.5", "0.5" },
	{ "f32", "\0\0\0\x3f", "0.5", "0.5" },
	{ "char[4]", "ab\0\0", "\"ab\"", "ab" },
	{ "u16[2]", "\x01\0\x02\0", "[1,2]", "1,2" },
	{ "color[2]", "\0\0\0\0\x05\0\0\0", "[\"RED\",\"GREEN\"]", "RED,GREEN" },
	{ "point", "\x01\0\0\0\xff\xff\xff\xff", "{\"x\":1,\"y\":-1}", NULL },
};

static void values_go_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct btf *btf = types_new();
		const char *at = cases[i].type;
		int id = types_member(btf, &at).type;
		size_t size = btf__resolve_size(btf, id);
		AUTO(free) char *bytes = mem_copy(cases[i].bytes, size);
		AUTO(free) char *again = mem_alloc(size);
		AUTO(json) json_t *json = value_to_json(btf, id, bytes);
		AUTO(free) char *dump = js_dump(json);
		AUTO(free) char *text = value_to_text(btf, id, bytes);
		struct err err;

		assert_string_equal(dump, cases[i].json);
		assert_int_equal(value_from_json(btf, id, json, again, &err), 0);
		assert_memory_equal(again, bytes, size);
		if (cases[i].text) {
			memset(again, 0, size);
			assert_string_equal(text, cases[i].text);
			assert_int_equal(value_from_text(btf, id, text, again, &err), 0);
			assert_memory_equal(again, bytes, size);
		}
		btf__free(btf);
	}
}

/* BTF by hand: a member outside of its struct, a struct in itself, numbers without a width. */
static void broken_types_are_not_followed(void **state)
{
	struct btf *btf = types_new();
	int id = btf__add_struct(btf, "outside", 4);
	AUTO(free) char *room = mem_alloc(4);
	AUTO(json) json_t *wish = json_pack("{s:i}", "a", 1);
	AUTO(json) json_t *read = NULL;
	AUTO(json) json_t *deep = NULL;
	struct err err;

	(void)state;
	btf__add_field(btf, "a", types_find(btf, "u32", 3), 64, 0);
	assert_int_equal(value_from_json(btf, id, wish, room, &err), -1);
	assert_string_equal(err.text, "BTF: a is outside of its struct");
	read = value_to_json(btf, id, room);
	assert_true(json_is_object(read));
	id = btf__add_struct(btf, "self", 4);
	btf__add_field(btf, "a", id, 0, 0);
	deep = value_to_json(btf, id, room);
	assert_true(json_is_object(deep));
	id = btf__add_enum(btf, "odd", 4);
	((struct btf_type *)btf__type_by_id(btf, id))->size = 100;
	assert_false(value_is_settable(btf, id));
	assert_int_equal(value_from_text(btf, id, "1", room, &err), -1);
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_go_there_and_back),
		cmocka_unit_test(broken_types_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
