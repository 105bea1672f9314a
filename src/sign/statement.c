// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/statement.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"

#define TYPE_V01 "https://in-toto.io/Statement/v0.1"
#define TYPE_V1 "https://in-toto.io/Statement/v1"

void sign_statement_free(struct sign_statement *statement)
{
	if (!statement)
		return;
	free(statement->subjects);
	json_decref(statement->document);
	free(statement);
}

/* Absent and null are NULL; anything that is no object is an error. */
static int get_object(const struct js_at *at, const char *name, const json_t **out, struct err *err)
{
	struct js_at member;

	if (js_get_object(at, name, &member, err) < 0)
		return -1;
	*out = member.value;
	return 0;
}

static int read_subject(const struct js_at *at, struct sign_subject *out, struct err *err)
{
	struct js_at digest;

	if (js_is_object(at, err) < 0 || js_get_text(at, "name", &out->name, err) < 0 ||
	    get_object(at, "annotations", &out->annotations, err) < 0 ||
	    js_get_object(at, "digest", &digest, err) < 0)
		return -1;
	if (!json_object_size(digest.value))
		return js_expected(&digest, "an object with a digest", err);
	if (js_get_text(&digest, "sha256", &out->sha256, err) < 0)
		return -1;
	if (out->sha256 &&
	    (strlen(out->sha256) != HASH_HEX || !hex_is_lower(out->sha256, HASH_HEX)))
		return js_expected(&digest, "a sha256 of 64 lower-case hex characters", err);
	return 0;
}

static int read_subjects(const struct js_at *at, struct sign_statement *statement, struct err *err)
{
	struct js_at list, one;
	size_t n;

	if (js_get_array(at, "subject", &list, err) < 0)
		return -1;
	n = json_array_size(list.value);
	if (!n || n > LIMIT_SUBJECTS)
		return js_expected(&list, "an array of subjects", err);
	statement->subjects = mem_array(n, sizeof(*statement->subjects));
	for (size_t i = 0; i < n; i++) {
		one = js_element(&list, i);
		if (read_subject(&one, &statement->subjects[i], err) < 0)
			return -1;
	}
	statement->n_subjects = n;
	return 0;
}

static int read_type(const struct js_at *at, struct sign_statement *statement, struct err *err)
{
	AUTO(free) char *shown = NULL;
	const char *type;

	if (js_need_text(at, "_type", &type, err) < 0)
		return -1;
	statement->is_v01 = !strcmp(type, TYPE_V01);
	if (statement->is_v01 || !strcmp(type, TYPE_V1))
		return 0;
	shown = text_printable(type, strnlen(type, 160));
	return err_set(err, EC_CORRUPT, "%s: '%s' is no in-toto statement that epm knows", at->name,
		       shown);
}

int sign_statement_parse(struct span text, const char *what, struct sign_statement **out,
			 struct err *err)
{
	AUTO(sign_statement) struct sign_statement *statement = mem_alloc(sizeof(*statement));
	struct js_at root;

	if (text.len > LIMIT_SIGNED)
		return err_set(err, EC_CORRUPT, "%s: more than %u bytes", what, LIMIT_SIGNED);
	if (js_parse(text.data, text.len, what, &statement->document, err) < 0)
		return -1;
	root = JS_ROOT(statement->document, what);
	if (js_is_object(&root, err) < 0 || read_type(&root, statement, err) < 0 ||
	    read_subjects(&root, statement, err) < 0 ||
	    js_need_text(&root, "predicateType", &statement->predicate_type, err) < 0)
		return -1;
	if (!*statement->predicate_type)
		return err_set(err, EC_CORRUPT, "%s.predicateType is empty", what);
	statement->predicate = json_object_get(statement->document, "predicate");
	*out = STEAL(statement);
	return 0;
}

int sign_statement_of(const struct sign_envelope *envelope, const char *what,
		      struct sign_statement **out, struct err *err)
{
	const struct span payload = { str_text(&envelope->payload), envelope->payload.len };
	AUTO(free) char *shown = NULL;

	if (!strcmp(envelope->payload_type, SIGN_PAYLOAD_IN_TOTO))
		return sign_statement_parse(payload, what, out, err);
	shown = text_printable(envelope->payload_type, strlen(envelope->payload_type));
	return err_set(err, EC_CORRUPT, "%s: its payload is '%s', not " SIGN_PAYLOAD_IN_TOTO, what,
		       shown);
}

const struct sign_subject *sign_statement_find(const struct sign_statement *statement,
					       const char *sha256)
{
	for (size_t i = 0; i < statement->n_subjects; i++) {
		const struct sign_subject *subject = &statement->subjects[i];

		if (subject->sha256 && !strcmp(subject->sha256, sha256))
			return subject;
	}
	return NULL;
}

static void add_json(struct str *out, const char *name, const json_t *value)
{
	AUTO(free) char *text = js_dump(value);

	str_addf(out, "\"%s\":%s", name, text);
}

static void add_text(struct str *out, const char *name, const char *value)
{
	AUTO(json) json_t *text = json_string(value);

	add_json(out, name, text);
}

static void add_subject(struct str *out, const struct sign_subject *subject)
{
	str_addc(out, '{');
	if (subject->name) {
		add_text(out, "name", subject->name);
		str_addc(out, ',');
	}
	str_addf(out, "\"digest\":{\"sha256\":\"%s\"}", subject->sha256);
	if (subject->annotations) {
		str_addc(out, ',');
		add_json(out, "annotations", subject->annotations);
	}
	str_addc(out, '}');
}

char *sign_statement_dump(const struct sign_statement *statement)
{
	AUTO(str) struct str out = STR_MAX(LIMIT_SIGNED);

	str_addf(&out, "{\"_type\":\"%s\",\"subject\":[", statement->is_v01 ? TYPE_V01 : TYPE_V1);
	for (size_t i = 0; i < statement->n_subjects; i++) {
		if (i)
			str_addc(&out, ',');
		add_subject(&out, &statement->subjects[i]);
	}
	str_adds(&out, "],");
	add_text(&out, "predicateType", statement->predicate_type);
	if (statement->predicate) {
		str_addc(&out, ',');
		add_json(&out, "predicate", statement->predicate);
	}
	str_addc(&out, '}');
	return str_take(&out);
}

const char *sign_annotation_missing(const json_t *found, const json_t *asked)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)asked, name, value)
		if (!json_equal(value, json_object_get(found, name)))
			return name;
	return NULL;
}
