// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/comment.h"
#include "base/alloc.h"
#include "base/json.h"

/* A comment, what it stands before, and its tags as JSON. */
static const struct {
	const char *comment;
	enum note_kind kind;
	const char *json;
} good[] = {
	{ "/// Process to trace", NOTE_VARIABLE, "{'description':'Process to trace'}" },
	{ "/// Process\n/// to trace", NOTE_VARIABLE, "{'description':'Process to trace'}" },
	{ "/** Process\n * to trace */", NOTE_VARIABLE, "{'description':'Process to trace'}" },
	{ "/// one\n///\n/// two", NOTE_VARIABLE, "{'description':'one\\ntwo'}" },
	{ "/// @description \"Process\"", NOTE_VARIABLE, "{'description':'Process'}" },
	{ "/// @cmdarg {\"default\":7}", NOTE_VARIABLE, "{'cmdarg':{'default':7}}" },
	{ "/// @cmdarg {\"default\":\n///  7}\n/// @value 8", NOTE_VARIABLE,
	  "{'cmdarg':{'default':7},'value':8}" },
	{ "/** @sample {\"interval\":1000,\n *  \"unit\":\"us\"} */", NOTE_MAP,
	  "{'sample':{'interval':1000,'unit':'us'}}" },
	{ "/// @export struct event", NOTE_MAP, "{'export':'struct event'}" },
	{ "/// @format ip4\n/// @name ADDR", NOTE_MEMBER, "{'format':'ip4','name':'ADDR'}" },
	{ "///< the address", NOTE_MEMBER, "{'description':'the address'}" },
	{ "/// @hidden", NOTE_MEMBER, "{'hidden':true}" },
	{ "/// @optional", NOTE_PROGRAM, "{'optional':true}" },
	{ "/// @param x what\n/// @brief short", NOTE_PROGRAM, "{'brief':'short'}" },
	{ "/// \\brief short", NOTE_LICENSE, "{'brief':'short'}" },
	{ "/// a@b.c", NOTE_VARIABLE, "{'description':'a@b.c'}" },
	{ "/// @version 1.0", NOTE_LICENSE, "{'version':'1.0'}" },
	{ "///", NOTE_VARIABLE, "{}" },
	{ "/// \xff", NOTE_VARIABLE, "{'description':'\xef\xbf\xbd'}" },
};

/* The place of what is wrong; the rest of the text is the JSON parser's. */
static const struct {
	const char *comment, *text;
} bad[] = {
	{ "/// @sample {\"interval\":", "x:1:13: " },
	{ "/// @export a\n/// @export b", "x:2:6: this tag is there twice: export" },
	{ "/** @data [1,\n *  2 */", "x:1:11: " },
	{ "/// @sample {\"a\":1,\"a\":2}", "x:1:13: " },
};

static int tags_of(const char *comment, enum note_kind kind, json_t **out, struct err *err)
{
	struct source_file file = { .path = "x" };
	int rc;

	assert_int_equal(lexer_run(span_of(comment), "x", &file.tokens, &file.n_tokens, err), 0);
	rc = comment_tags(&file, 0, file.n_tokens - 1, kind, out, err);
	free(file.tokens);
	return rc;
}

static void comments_have_tags(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(json) json_t *tags = NULL;
		AUTO(free) char *text = NULL;
		struct err err;

		if (tags_of(good[i].comment, good[i].kind, &tags, &err) < 0)
			fail_msg("%s", err.text);
		text = js_dump(tags);
		for (char *c = text; *c; c++)
			*c = *c == '"' ? '\'' : *c;
		assert_string_equal(text, good[i].json);
	}
}

static void damage_is_named_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		json_t *tags;
		struct err err;

		assert_int_equal(tags_of(bad[i].comment, NOTE_MAP, &tags, &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
		if (!text_starts(err.text, bad[i].text))
			fail_msg("%s instead of %s", err.text, bad[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_have_tags),
		cmocka_unit_test(damage_is_named_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
