// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/source_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "btf/type.h"
#include "run/elements.h"
#include "run/emit.h"
#include "run/histogram.h"
#include "run/plan.h"

struct source_map {
	const char *name;
	const struct config_sample *sample;
	const struct btf *btf;
	struct output *out;
	bool is_json;
	bool has_source;
	bool has_no_header;
	struct elements elements; /* of the last reading */
	struct plan *key;	  /* JSON: inner; text: columns, or inner before a histogram */
	struct plan *value;
	struct slots slots; /* where a histogram's are */
	char *unit_json;    /* ,"unit":"usecs" */
	uint64_t n_rows;
};

static int json_plans(struct source_map *map, const struct source_map_wish *wish, struct err *err)
{
	if (plan_new_inner(map->btf, wish->key_type, wish->key_export, &map->key, err) < 0)
		return err_wrap(err, "the key");
	if (plan_new_inner(map->btf, wish->value_type, wish->export, &map->value, err) < 0)
		return err_wrap(err, "the value");
	return 0;
}

static int text_plans(struct source_map *map, const struct source_map_wish *wish, struct err *err)
{
	struct plan_wish key = {
		.mode = PLAN_TEXT, .export = wish->key_export, .is_part = true, .bare_name = "key"
	};
	struct plan_wish value = { .mode = PLAN_TEXT, .export = wish->export };

	if (plan_new(map->btf, wish->key_type, &key, &map->key, err) < 0)
		return err_wrap(err, "the key");
	if (plan_new(map->btf, wish->value_type, &value, &map->value, err) < 0)
		return err_wrap(err, "the value");
	return 0;
}

static bool is_histogram(const struct source_map *map)
{
	return map->sample->kind != CONFIG_SAMPLE_KV;
}

static int prepare(struct source_map *map, const struct source_map_wish *wish, struct err *err)
{
	AUTO(json) json_t *unit = json_string(map->sample->unit ? map->sample->unit : "");
	AUTO(free) char *quoted = unit ? js_dump(unit) : mem_text("\"\"");

	if (elements_init(&map->elements, wish->fd, map->btf, wish->key_type, wish->value_type,
			  err) < 0)
		return -1;
	if (is_histogram(map) && slots_find(map->btf, wish->value_type, &map->slots, err) < 0)
		return -1;
	map->unit_json = is_histogram(map) && map->sample->unit ? mem_printf(",\"unit\":%s", quoted)
								: mem_text("");
	if (map->is_json || is_histogram(map))
		return json_plans(map, wish, err);
	return text_plans(map, wish, err);
}

int source_map_open(const struct source_map_wish *wish, struct output *out_text,
		    struct source_map **out, struct err *err)
{
	struct source_map *map = mem_alloc(sizeof(*map));

	map->name = wish->name;
	map->sample = wish->sample;
	map->btf = wish->btf;
	map->out = out_text;
	map->is_json = wish->is_json;
	map->has_source = wish->has_source;
	map->has_no_header = wish->has_no_header;
	if (prepare(map, wish, err) < 0) {
		source_map_free(map);
		return err_wrap(err, "map %s", wish->name);
	}
	out_text->wants_stamp = true;
	output_need(out_text, map->key->max_size + map->value->max_size);
	*out = map;
	return 0;
}

void source_map_free(struct source_map *map)
{
	if (!map)
		return;
	elements_done(&map->elements);
	plan_free(map->key);
	plan_free(map->value);
	free(map->unit_json);
	free(map);
}

uint64_t source_map_interval_ns(const struct source_map *map)
{
	return map->sample->interval_ms * 1000000;
}

uint64_t source_map_rows(const struct source_map *map)
{
	return map->n_rows;
}

static void put(struct output *out, const char *text)
{
	output_text(out, text, strlen(text));
}

static void print_json(struct source_map *map, const struct element *element)
{
	struct output *out = map->out;
	AUTO(json) json_t *name = js_text_lossy(map->name, strlen(map->name));
	AUTO(free) char *source = js_dump(name);

	put(out, "{\"source\":");
	put(out, source);
	put(out, ",\"time\":\"");
	output_text(out, out->stamp, out->stamp_len);
	put(out, "\"");
	put(out, map->unit_json);
	put(out, ",\"key\":");
	out->p = plan_emit(map->key, out->p, element->key, map->elements.key_size);
	put(out, ",\"value\":");
	out->p = plan_emit(map->value, out->p, element->value, map->elements.value_size);
	put(out, "}\n");
}

static void print_row(struct source_map *map, const struct element *element)
{
	struct output *out = map->out;
	char *line = out->p;

	out->p = plan_emit(map->key, out->p, element->key, map->elements.key_size);
	out->p = plan_emit(map->value, out->p, element->value, map->elements.value_size);
	output_fit(out, line);
	if (out->p >= out->limit)
		output_flush(out);
}

/* "comm = bash" for a member beside the slots */
static void print_label(struct source_map *map, const char *name, const struct plan *plan,
			const char *bytes, uint32_t size)
{
	struct output *out = map->out;
	AUTO(free) char *room = mem_alloc(plan->max_size);
	char *end = plan_emit(plan, room, bytes, size);

	if (end == room + 2 && *room == '"') /* no text */
		return;
	/* a name that was not filled in says nothing */
	if (!strncmp(room, "\"\"", 2))
		return;
	put(out, name);
	put(out, " = ");
	if (*room == '"' && end > room + 1) /* text reads better without quotes */
		output_text(out, room + 1, end - room - 2);
	else
		output_text(out, room, end - room);
	put(out, "\n");
}

static bool is_zero(const char *bytes, uint32_t size)
{
	static const char zeros[64];
	uint32_t n;

	for (uint32_t at = 0; at < size; at += n) {
		n = size - at < sizeof(zeros) ? size - at : sizeof(zeros);
		if (memcmp(bytes + at, zeros, n))
			return false;
	}
	return true;
}

/* The one histogram of everything: a key that tells nothing is not shown. */
static bool is_total(const struct source_map *map, const struct element *element)
{
	return map->elements.n_items == 1 && is_zero(element->key, map->elements.key_size);
}

static int print_histogram(struct source_map *map, const struct element *element, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	AUTO(free) uint64_t *counts = mem_array(map->slots.n, sizeof(*counts));

	slots_read(&map->slots, element->value, counts);
	if (!map->elements.is_array && !is_total(map, element))
		print_label(map, "key", map->key, element->key, map->elements.key_size);
	for (size_t i = 0; i < map->slots.n_others; i++) {
		const struct slot_label *label = &map->slots.others[i];
		AUTO(plan) struct plan *plan = NULL;

		if (plan_new_inner(map->btf, label->type_id, NULL, &plan, err) < 0)
			return -1;
		print_label(map, label->name, plan, (const char *)element->value + label->offset,
			    plan->record_size);
	}
	histogram_add(counts, map->slots.n,
		      map->sample->kind == CONFIG_SAMPLE_LINEAR ? HISTOGRAM_LINEAR : HISTOGRAM_LOG2,
		      map->sample->unit ? map->sample->unit : "(unit)", &text);
	output_text(map->out, str_text(&text), text.len);
	put(map->out, "\n");
	return 0;
}

static int print_element(struct source_map *map, const struct element *element, struct err *err)
{
	if (map->out->events_left == 0)
		return 0;
	map->out->events_left--;
	map->n_rows++;
	if (map->is_json)
		print_json(map, element);
	else if (is_histogram(map))
		return print_histogram(map, element, err);
	else
		print_row(map, element);
	return 0;
}

/* The time, and over rows the names of the columns; only when something follows. */
static void print_heading(struct source_map *map)
{
	struct output *out = map->out;
	AUTO(free) char *header = NULL;

	if (map->is_json)
		return;
	put(out, "TIME ");
	output_text(out, out->stamp, strcspn(out->stamp, "."));
	if (map->has_source) {
		AUTO(free) char *name = text_printable(map->name, strlen(map->name));

		put(out, " ");
		put(out, name);
	}
	put(out, "\n");
	if (is_histogram(map) || map->has_no_header)
		return;
	header = mem_printf("%s %s", map->key->header, map->value->header);
	output_line(out, header);
}

int source_map_print(struct source_map *map, struct err *err)
{
	bool has_heading = false;

	if (elements_read(&map->elements, map->sample->clears_map, err) < 0)
		return err_wrap(err, "map %s", map->name);
	output_stamp(map->out);
	for (size_t i = 0; i < map->elements.n_items; i++) {
		const struct element *element = &map->elements.items[i];

		/* elements of an array are always there: those that were never counted say nothing */
		if (map->elements.is_array && is_zero(element->value, map->elements.value_size))
			continue;
		if (!has_heading && map->out->events_left)
			print_heading(map);
		has_heading = true;
		if (print_element(map, element, err) < 0)
			return -1;
	}
	if (has_heading && !map->is_json && !is_histogram(map))
		put(map->out, "\n");
	return 0;
}
