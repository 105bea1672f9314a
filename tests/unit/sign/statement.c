// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/statement.h"
#include "base/alloc.h"
#include "base/json.h"
#include "support/data.h"

#define HEX "b0efcc663ab2f2e2e956d7d6493c8ff8519ee998a83879c9ed0814992931ce08"
#define OTHER "2734e22d7822b514aa409cb6ce1136c5fdd573503322d00923db22def3ecee0b"
#define V1 "\"_type\":\"https://in-toto.io/Statement/v1\","
#define SUBJECT "\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\"}}],"
#define TYPE "\"predicateType\":\"t\""

static struct sign_statement *parse(const char *text)
{
	struct sign_statement *statement = NULL;
	struct err err = { 0 };

	if (sign_statement_parse(span_of(text), "statement", &statement, &err) < 0)
		fail_msg("%s", err.text);
	return statement;
}

/* Both as cosign signed them: what is read and written again is the same, byte for byte. */
static void reads_and_writes_as_cosign(void **state)
{
	static const struct {
		const char *path, *predicate_type, *hex, *name;
		bool is_v01;
	} all[] = {
		{ TEST_DATA "/sign/sigstore/payloadA.json", SIGN_PREDICATE_SIGNATURE, HEX, NULL,
		  false },
		{ TEST_DATA "/sign/cosign/statement.json", "https://slsa.dev/provenance/v1",
		  "b379e7fd767603e002877ea3ddbe8dd861264d23d58f092f69b497cc7de6afc1",
		  "127.0.0.1:5399/fx/att", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		AUTO(str) struct str text = data_read(all[i].path);
		AUTO(sign_statement) struct sign_statement *statement = parse(text.data);
		AUTO(free) char *dump = sign_statement_dump(statement);
		const struct sign_subject *subject;

		assert_int_equal(statement->is_v01, all[i].is_v01);
		assert_string_equal(statement->predicate_type, all[i].predicate_type);
		assert_int_equal(statement->n_subjects, 1);
		subject = sign_statement_find(statement, all[i].hex);
		assert_ptr_equal(subject, &statement->subjects[0]);
		if (all[i].name)
			assert_string_equal(subject->name, all[i].name);
		else
			assert_null(subject->name);
		assert_null(sign_statement_find(statement, OTHER));
		assert_string_equal(dump, text.data);
	}
}

static void of_an_envelope(void **state)
{
	AUTO(str) struct str text = data_read(TEST_DATA "/sign/cosign/bundle-ed25519.json");
	AUTO(json) json_t *json = NULL;
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	AUTO(sign_statement) struct sign_statement *statement = NULL;
	struct sign_statement *none = NULL;
	struct js_at root, member;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(js_parse(text.data, text.len, "bundle", &json, &err), 0);
	root = JS_ROOT(json, "bundle");
	member = js_member(&root, "dsseEnvelope");
	assert_int_equal(sign_envelope_read(&member, &envelope, &err), 0);
	assert_int_equal(sign_statement_of(envelope, "x", &statement, &err), 0);
	assert_non_null(sign_statement_find(statement, OTHER));
	assert_string_equal(
		json_string_value(json_object_get(statement->subjects[0].annotations, "env")),
		"prod");
	envelope->payload_type[0] = 'A';
	assert_int_equal(sign_statement_of(envelope, "x", &none, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
}

/* cosign sign -a env=prod -a n=1 */
static void writes_annotations(void **state)
{
	AUTO(json) json_t *annotations = json_object();
	AUTO(json) json_t *predicate = json_object();
	struct sign_subject subject = { .sha256 = HEX, .annotations = annotations };
	const struct sign_statement statement = { .subjects = &subject,
						  .n_subjects = 1,
						  .predicate_type = SIGN_PREDICATE_SIGNATURE,
						  .predicate = predicate };
	AUTO(free) char *dump = NULL;

	(void)state;
	js_set_text(annotations, "n", "1");
	js_set_text(annotations, "env", "prod");
	dump = sign_statement_dump(&statement);
	assert_string_equal(dump,
			    "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{"
			    "\"digest\":{\"sha256\":\"" HEX "\"},\"annotations\":{\"env\":\"prod\","
			    "\"n\":\"1\"}}],\"predicateType\":"
			    "\"https://sigstore.dev/cosign/sign/v1\",\"predicate\":{}}");
}

static void reads_what_others_write(void **state)
{
	static const char text[] =
		"{" V1
		"\"extra\":1,\"subject\":[{\"name\":\"a\",\"digest\":{\"gitCommit\":\"abc\"}},"
		"{\"name\":null,\"uri\":\"x\",\"digest\":{\"sha512\":\"x\",\"sha256\":\"" HEX
		"\"}}],"
		"\"predicateType\":\"t\"}";
	AUTO(sign_statement) struct sign_statement *statement = parse(text);

	(void)state;
	assert_int_equal(statement->n_subjects, 2);
	assert_null(statement->subjects[0].sha256);
	assert_null(statement->predicate);
	assert_ptr_equal(sign_statement_find(statement, HEX), &statement->subjects[1]);
}

static void refuses_statements(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{" SUBJECT TYPE "}",
		"{\"_type\":\"https://in-toto.io/Statement/v2\"," SUBJECT TYPE "}",
		"{\"_type\":7," SUBJECT TYPE "}",
		"{" V1 TYPE "}",
		"{" V1 "\"subject\":{}," TYPE "}",
		"{" V1 "\"subject\":[]," TYPE "}",
		"{" V1 "\"subject\":[{}]," TYPE "}",
		"{" V1 "\"subject\":[\"" HEX "\"]," TYPE "}",
		"{" V1 "\"subject\":[{\"digest\":{}}]," TYPE "}",
		"{" V1 "\"subject\":[{\"digest\":\"sha256:" HEX "\"}]," TYPE "}",
		"{" V1 "\"subject\":[{\"digest\":{\"sha256\":\"sha256:" HEX "\"}}]," TYPE "}",
		"{" V1 "\"subject\":[{\"digest\":{\"sha256\":\"abc\"}}]," TYPE "}",
		"{" V1 "\"subject\":[{\"digest\":{\"sha256\":\"B" HEX "\"}}]," TYPE "}",
		"{" V1 "\"subject\":[{\"digest\":{\"sha256\":7}}]," TYPE "}",
		"{" V1 "\"subject\":[{\"name\":7,\"digest\":{\"sha256\":\"" HEX "\"}}]," TYPE "}",
		"{" V1 "\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\",\"sha256\":\"" OTHER
		"\"}}]," TYPE "}",
		"{" V1 "\"subject\":[{\"digest\":{\"sha256\":\"" HEX
		"\"},\"annotations\":[]}]," TYPE "}",
		"{" V1 SUBJECT "\"predicateType\":\"\"}",
		"{" V1 SUBJECT "\"predicateType\":null}",
		"{" V1 SUBJECT TYPE "," TYPE "}",
		"{" V1 SUBJECT TYPE "}{}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_statement *statement = NULL;
		struct err err = { 0 };

		if (sign_statement_parse(span_of(bad[i]), "x", &statement, &err) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_null(statement);
	}
}

static void compares_annotations(void **state)
{
	static const struct {
		const char *found, *asked; /* NULL: none */
		bool hold;
	} cases[] = {
		{ NULL, NULL, true },
		{ "{}", NULL, true },
		{ "{\"a\":\"1\",\"b\":\"2\"}", "{\"b\":\"2\"}", true },
		{ "{\"a\":\"1\"}", "{}", true },
		{ "{\"a\":\"1\"}", "{\"a\":\"2\"}", false },
		{ "{\"a\":\"1\"}", "{\"a\":\"1\",\"b\":\"2\"}", false },
		{ "{\"a\":1}", "{\"a\":\"1\"}", false },
		{ NULL, "{\"a\":\"1\"}", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(json) json_t *found = NULL;
		AUTO(json) json_t *asked = NULL;

		if (cases[i].found)
			found = json_loads(cases[i].found, 0, NULL);
		if (cases[i].asked)
			asked = json_loads(cases[i].asked, 0, NULL);
		assert_int_equal(!sign_annotation_missing(found, asked), cases[i].hold);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_as_cosign),
		cmocka_unit_test(of_an_envelope),
		cmocka_unit_test(writes_annotations),
		cmocka_unit_test(reads_what_others_write),
		cmocka_unit_test(refuses_statements),
		cmocka_unit_test(compares_annotations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
