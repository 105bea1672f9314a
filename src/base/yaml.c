// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/yaml.h"

#include <yaml.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"

struct reader {
	yaml_parser_t parser;
	const char *what;
	size_t n_nodes;
	struct err *err;
};

static int refuse(struct reader *r, const yaml_mark_t *mark, const char *why)
{
	return err_set(r->err, EC_CORRUPT, "%s:%zu:%zu: %s", r->what, mark->line + 1,
		       mark->column + 1, why);
}

static int next_event(struct reader *r, yaml_event_t *event)
{
	AUTO(free) char *problem = NULL;

	if (yaml_parser_parse(&r->parser, event))
		return 0;
	if (r->parser.problem)
		problem = text_printable(r->parser.problem, strlen(r->parser.problem));
	return refuse(r, &r->parser.problem_mark, problem ? problem : "not valid YAML");
}

static bool is_digits(const char *s, const char *digits)
{
	return *s && s[strspn(s, digits)] == '\0';
}

static json_t *integer_of(const char *s)
{
	const char *digits = s + (*s == '-' || *s == '+');
	int base = 10;
	uint64_t value = 0, digit;

	if (text_starts(digits, "0x") && is_digits(digits + 2, "0123456789abcdefABCDEF"))
		base = 16;
	else if (text_starts(digits, "0o") && is_digits(digits + 2, "01234567"))
		base = 8;
	else if (!is_digits(digits, "0123456789"))
		return NULL;
	for (digits += base == 10 ? 0 : 2; *digits; digits++) {
		digit = *digits <= '9' ? *digits - '0' : (*digits | 32) - 'a' + 10;
		if (value > (INT64_MAX - digit) / base)
			return NULL; /* JSON integers here are 64 bit: what is larger stays text */
		value = value * base + digit;
	}
	return json_integer(*s == '-' ? -(json_int_t)value : (json_int_t)value);
}

static json_t *float_of(const char *s)
{
	const char *p = s + (*s == '-' || *s == '+');
	size_t whole = strspn(p, "0123456789"), part = 0;
	char *end;
	double value;

	p += whole;
	if (*p == '.') {
		part = strspn(p + 1, "0123456789");
		p += 1 + part;
	}
	if (whole + part == 0 || (*p && *p != 'e' && *p != 'E'))
		return NULL;
	value = strtod(s, &end);
	return *end ? NULL : json_real(value);
}

/* YAML 1.2 core schema, section 10.3.2 */
static json_t *plain_scalar(const char *s, size_t len)
{
	json_t *value;

	if (len == 0 || !strcmp(s, "~") || !strcmp(s, "null") || !strcmp(s, "Null") ||
	    !strcmp(s, "NULL"))
		return json_null();
	if (!strcmp(s, "true") || !strcmp(s, "True") || !strcmp(s, "TRUE"))
		return json_true();
	if (!strcmp(s, "false") || !strcmp(s, "False") || !strcmp(s, "FALSE"))
		return json_false();
	value = integer_of(s);
	if (!value)
		value = float_of(s);
	return value ? value : json_stringn(s, len);
}

static int scalar(struct reader *r, const yaml_event_t *event, json_t **out)
{
	const char *s = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;

	if (memchr(s, 0, len))
		return refuse(r, &event->start_mark, "a NUL byte in a string");
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		*out = plain_scalar(s, len);
	else
		*out = json_stringn(s, len);
	return *out ? 0 : refuse(r, &event->start_mark, "a string that is not UTF-8");
}

static int node(struct reader *r, const yaml_event_t *event, int depth, json_t **out);

static int sequence(struct reader *r, int depth, json_t **out)
{
	AUTO(json) json_t *array = json_array();
	yaml_event_t event;
	json_t *value;
	int rc;

	for (;;) {
		if (next_event(r, &event) < 0)
			return -1;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			break;
		rc = node(r, &event, depth + 1, &value);
		yaml_event_delete(&event);
		if (rc < 0)
			return -1;
		js_append(array, value);
	}
	yaml_event_delete(&event);
	*out = STEAL(array);
	return 0;
}

/* One "key: value"; the key's event is given. */
static int pair(struct reader *r, const yaml_event_t *key, int depth, json_t *object)
{
	AUTO(free) char *name = NULL;
	yaml_event_t event;
	json_t *value;
	int rc;

	if (key->type != YAML_SCALAR_EVENT)
		return refuse(r, &key->start_mark, "a key must be a string");
	if (memchr(key->data.scalar.value, 0, key->data.scalar.length))
		return refuse(r, &key->start_mark, "a NUL byte in a key");
	name = mem_textn((const char *)key->data.scalar.value, key->data.scalar.length);
	if (json_object_get(object, name)) {
		AUTO(free) char *clean = text_printable(name, strnlen(name, 60));
		AUTO(free) char *why = mem_printf("duplicate key '%s'", clean);

		return refuse(r, &key->start_mark, why);
	}
	if (next_event(r, &event) < 0)
		return -1;
	rc = node(r, &event, depth + 1, &value);
	yaml_event_delete(&event);
	if (rc < 0)
		return -1;
	if (json_object_set_new(object, name, value) < 0)
		return refuse(r, &key->start_mark, "a key that is not UTF-8");
	return 0;
}

static int mapping(struct reader *r, int depth, json_t **out)
{
	AUTO(json) json_t *object = json_object();
	yaml_event_t event;
	int rc;

	for (;;) {
		if (next_event(r, &event) < 0)
			return -1;
		if (event.type == YAML_MAPPING_END_EVENT)
			break;
		rc = pair(r, &event, depth, object);
		yaml_event_delete(&event);
		if (rc < 0)
			return -1;
	}
	yaml_event_delete(&event);
	*out = STEAL(object);
	return 0;
}

static int node(struct reader *r, const yaml_event_t *event, int depth, json_t **out)
{
	if (depth > LIMIT_JSON_DEPTH)
		return refuse(r, &event->start_mark, "nested too deep");
	if (++r->n_nodes > LIMIT_YAML_NODES)
		return refuse(r, &event->start_mark, "too many nodes");
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		if (event->data.scalar.tag)
			return refuse(r, &event->start_mark, "tags are not supported");
		return scalar(r, event, out);
	case YAML_SEQUENCE_START_EVENT:
		if (event->data.sequence_start.tag)
			return refuse(r, &event->start_mark, "tags are not supported");
		return sequence(r, depth, out);
	case YAML_MAPPING_START_EVENT:
		if (event->data.mapping_start.tag)
			return refuse(r, &event->start_mark, "tags are not supported");
		return mapping(r, depth, out);
	case YAML_ALIAS_EVENT:
		return refuse(r, &event->start_mark, "aliases are not supported");
	default:
		return refuse(r, &event->start_mark, "a value is missing");
	}
}

/* Skip to the event of one type; others are only those that stand around a document. */
static int expect(struct reader *r, yaml_event_type_t type, const char *why)
{
	yaml_event_t event;
	yaml_mark_t mark;
	bool is_right;

	if (next_event(r, &event) < 0)
		return -1;
	is_right = event.type == type;
	mark = event.start_mark;
	yaml_event_delete(&event);
	return is_right ? 0 : refuse(r, &mark, why);
}

static int document(struct reader *r, json_t **out)
{
	AUTO(json) json_t *value = NULL;
	yaml_event_t event;
	int rc;

	if (expect(r, YAML_STREAM_START_EVENT, "not YAML") < 0 ||
	    expect(r, YAML_DOCUMENT_START_EVENT, "the document is empty") < 0 ||
	    next_event(r, &event) < 0)
		return -1;
	rc = node(r, &event, 1, &value);
	yaml_event_delete(&event);
	if (rc < 0 || expect(r, YAML_DOCUMENT_END_EVENT, "the document does not end") < 0 ||
	    expect(r, YAML_STREAM_END_EVENT, "more than one document") < 0)
		return -1;
	*out = STEAL(value);
	return 0;
}

int yaml_read(const char *text, size_t len, const char *what, json_t **out, struct err *err)
{
	struct reader r = { .what = what, .err = err };
	int rc;

	if (!yaml_parser_initialize(&r.parser))
		return err_set(err, EC_FAILED, "%s: out of memory", what);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	rc = document(&r, out);
	yaml_parser_delete(&r.parser);
	return rc;
}

struct writer {
	yaml_emitter_t emitter;
	struct str *out;
};

static int take_output(void *data, unsigned char *buffer, size_t size)
{
	struct writer *w = data;

	str_add(w->out, buffer, size);
	return !w->out->is_full;
}

static int emit_event(struct writer *w, yaml_event_t *event)
{
	return yaml_emitter_emit(&w->emitter, event) ? 0 : -1;
}

/* A string is plain only if no reader of YAML 1.1 or 1.2 could take it for something else. */
static bool is_safe_plain(const char *s)
{
	static const char *const words[] = { "y",   "n",    "yes",   "no",   "on",
					     "off", "true", "false", "null", "~" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcasecmp(s, words[i]))
			return false;
	return *s && !strchr("0123456789+-.=<", *s);
}

static int write_scalar(struct writer *w, const char *text, bool is_string)
{
	yaml_event_t event;
	yaml_scalar_style_t style = YAML_PLAIN_SCALAR_STYLE;

	if (is_string && !is_safe_plain(text))
		style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	if (!yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
					  strlen(text), 1, 1, style))
		return -1;
	return emit_event(w, &event);
}

static int write_node(struct writer *w, const json_t *value);

static int write_array(struct writer *w, const json_t *value)
{
	yaml_event_t event;
	const json_t *item;
	size_t i;

	if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_ANY_SEQUENCE_STYLE) ||
	    emit_event(w, &event) < 0)
		return -1;
	json_array_foreach (value, i, item)
		if (write_node(w, item) < 0)
			return -1;
	return yaml_sequence_end_event_initialize(&event) ? emit_event(w, &event) : -1;
}

static int write_object(struct writer *w, const json_t *value)
{
	yaml_event_t event;
	const char *key;
	json_t *item;

	if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_ANY_MAPPING_STYLE) ||
	    emit_event(w, &event) < 0)
		return -1;
	json_object_foreach ((json_t *)value, key, item)
		if (write_scalar(w, key, true) < 0 || write_node(w, item) < 0)
			return -1;
	return yaml_mapping_end_event_initialize(&event) ? emit_event(w, &event) : -1;
}

static int write_node(struct writer *w, const json_t *value)
{
	AUTO(free) char *text = NULL;

	if (json_is_object(value))
		return write_object(w, value);
	if (json_is_array(value))
		return write_array(w, value);
	if (json_is_string(value))
		return write_scalar(w, json_string_value(value), true);
	text = js_dump(value);
	return write_scalar(w, text, false);
}

static int write_document(struct writer *w, const json_t *value)
{
	yaml_event_t event;

	if (!yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) ||
	    emit_event(w, &event) < 0 ||
	    !yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) ||
	    emit_event(w, &event) < 0 || write_node(w, value) < 0 ||
	    !yaml_document_end_event_initialize(&event, 1) || emit_event(w, &event) < 0 ||
	    !yaml_stream_end_event_initialize(&event))
		return -1;
	return emit_event(w, &event);
}

int yaml_write(const json_t *value, struct str *out, struct err *err)
{
	struct writer w = { .out = out };
	int rc;

	if (!yaml_emitter_initialize(&w.emitter))
		return err_set(err, EC_FAILED, "YAML: out of memory");
	yaml_emitter_set_output(&w.emitter, take_output, &w);
	yaml_emitter_set_unicode(&w.emitter, 1);
	yaml_emitter_set_width(&w.emitter, -1);
	rc = write_document(&w, value);
	yaml_emitter_delete(&w.emitter);
	return rc < 0 ? err_set(err, EC_FAILED, "YAML: the document cannot be written") : 0;
}
