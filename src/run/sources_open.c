// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Which maps are sources, and of what their records are. */
#include "base/alloc.h"
#include "base/identity.h"
#include "base/limits.h"
#include "base/log.h"
#include "btf/export_tag.h"
#include "btf/type.h"
#include "run/sources.h"

#define PERF_PAGES_LEAST 256 /* for each CPU; reading is in batches, see PACE_SLEEP_MOST_US */

struct opening {
	struct loader *loader;
	const struct session_options *options;
	struct output *out;
	struct sources *sources;
	size_t n_expected; /* sources in all */
	struct err *err;
};

static const struct config_map *wish_for(const struct opening *o, const struct bpf_map *map)
{
	return o->loader->config ? config_find_map(o->loader->config, bpf_map__name(map)) : NULL;
}

static bool is_source(const struct opening *o, const struct bpf_map *map)
{
	const struct config_map *wish = wish_for(o, map);

	if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF ||
	    bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return true;
	return wish && wish->has_sample;
}

/* The struct by name in the object's BTF; 0: none. */
static uint32_t struct_named(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	if (id <= 0)
		id = btf__find_by_name_kind(btf, name, BTF_KIND_UNION);
	if (id <= 0)
		id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	return id > 0 ? id : 0;
}

/* eunomia's {"btf_type_id": N} */
static uint32_t type_by_number(const struct btf *btf, const struct config_map *wish)
{
	json_t *id = wish ? json_object_get(wish->export_config, "btf_type_id") : NULL;
	json_int_t n = json_is_integer(id) ? json_integer_value(id) : 0;

	return n > 0 && n < (json_int_t)btf__type_cnt(btf) ? n : 0;
}

static uint32_t told_by_object(const struct btf *btf, const char *map)
{
	uint32_t id = export_tag_find(btf, map);

	return id ? id : export_guess(btf);
}

/* Type of the records of a ring or perf buffer; 0: it cannot be told. */
static uint32_t record_type(const struct opening *o, const struct bpf_map *map,
			    const struct config_export **out_export)
{
	const struct config_map *wish = wish_for(o, map);
	const struct config *config = o->loader->config;
	const struct btf *btf = o->loader->btf;
	uint32_t id = 0;

	*out_export = NULL;
	if (!btf)
		return 0;
	if (!config)
		return told_by_object(btf, bpf_map__name(map));
	if (wish && wish->export_type) {
		*out_export = config_find_export(config, wish->export_type);
		return struct_named(btf, wish->export_type);
	}
	id = type_by_number(btf, wish);
	if (id) {
		const char *name = type_text(btf, btf__type_by_id(btf, id)->name_off);

		*out_export = name ? config_find_export(config, name) : NULL;
		return id;
	}
	if (config->n_exports == 1 || (config->n_exports && !config->has_multiple_exports)) {
		*out_export = &config->exports[0];
		return struct_named(btf, config->exports[0].name);
	}
	return told_by_object(btf, bpf_map__name(map));
}

/*
 * A ring buffer does not count what it refuses: only the programs can. "MAP_lost", a global variable
 * of 64 bits, is where they do.
 */
static const volatile uint64_t *lost_counter(const struct opening *o, const char *map)
{
	AUTO(free) char *name = mem_printf("%s_lost", map);

	return loader_live_variable(o->loader, name, sizeof(uint64_t));
}

static int make_plan(struct opening *o, const struct bpf_map *map, struct source *source)
{
	const struct config_export *export;
	struct plan_wish wish = {
		.mode = o->options->is_json ? PLAN_JSON : PLAN_TEXT,
		.source = bpf_map__name(map),
		.has_source = o->n_expected > 1,
		.has_stamp = o->options->is_json || o->options->has_timestamp,
	};
	uint32_t type_id = record_type(o, map, &export);

	wish.export = export;
	if (!type_id) {
		log_note("%s: nothing tells which struct the records of map %s are: they are shown "
			 "as bytes",
			 o->loader->name, wish.source);
		source->plan = plan_new_raw(&wish);
	} else if (plan_new(o->loader->btf, type_id, &wish, &source->plan, o->err) < 0) {
		return err_wrap(o->err, "map %s", wish.source);
	}
	source->stream = (struct stream){
		.source = wish.source,
		.lost_counter = lost_counter(o, wish.source),
		.plan = source->plan,
		.out = o->out,
		.is_quiet_header = o->options->is_json || o->options->has_no_header,
	};
	output_need(o->out, source->plan->max_size);
	return 0;
}

static size_t perf_pages(const struct loader *loader)
{
	uint64_t wanted = loader->config ? loader->config->perf_buffer_pages : 0;
	size_t n = PERF_PAGES_LEAST;

	while (n < wanted && n < LIMIT_RING / 4096)
		n *= 2;
	return n;
}

static int open_buffer(struct opening *o, const struct bpf_map *map, struct source *source)
{
	bool is_ring = bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF;
	int rc;

	if (make_plan(o, map, source) < 0)
		return -1;
	source->kind = is_ring ? SOURCE_RING : SOURCE_PERF;
	identity_raise();
	if (is_ring)
		rc = source_ring_open(bpf_map__fd(map), bpf_map__max_entries(map), &source->stream,
				      &source->ring, o->err);
	else
		rc = source_perf_open(bpf_map__fd(map), perf_pages(o->loader), &source->stream,
				      &source->perf, o->err);
	identity_lower();
	return rc;
}

/* Columns that are configured for a struct, whichever map has it. */
static const struct config_export *export_of_type(const struct opening *o, uint32_t type_id)
{
	const char *name = type_name(o->loader->btf, type_strip(o->loader->btf, type_id));

	return *name && o->loader->config ? config_find_export(o->loader->config, name) : NULL;
}

static int open_sampled(struct opening *o, const struct bpf_map *map, struct source *source)
{
	const struct config_map *wish = wish_for(o, map);
	struct source_map_wish how;
	int rc;

	if (!o->loader->btf)
		return err_set(o->err, EC_CORRUPT, "map %s: the object has no BTF",
			       bpf_map__name(map));
	how = (struct source_map_wish){
		.name = bpf_map__name(map),
		.fd = bpf_map__fd(map),
		.btf = o->loader->btf,
		.key_type = bpf_map__btf_key_type_id(map),
		.value_type = bpf_map__btf_value_type_id(map),
		.sample = &wish->sample,
		.key_export = export_of_type(o, bpf_map__btf_key_type_id(map)),
		.export = wish->export_type
				  ? config_find_export(o->loader->config, wish->export_type)
				  : NULL,
		.is_json = o->options->is_json,
		.has_source = o->n_expected > 1,
		.has_no_header = o->options->has_no_header,
	};
	source->kind = SOURCE_MAP;
	identity_raise();
	rc = source_map_open(&how, o->out, &source->map, o->err);
	identity_lower();
	if (rc < 0)
		return -1;
	source->interval_ns = o->options->interval_ns ? o->options->interval_ns
						      : source_map_interval_ns(source->map);
	source->due_ns = clock_ns() + source->interval_ns;
	return 0;
}

static int open_trace(struct opening *o, struct source *source)
{
	source->kind = SOURCE_TRACE;
	return source_trace_open(o->options->is_json, o->options->has_timestamp,
				 o->options->has_no_header, o->out, &source->trace, o->err);
}

static int open_maps(struct opening *o)
{
	struct bpf_map *map;
	int rc = 0;

	bpf_object__for_each_map (map, o->loader->bpf) {
		const struct config_map *wish = wish_for(o, map);
		struct source *source = &o->sources->items[o->sources->n_items];

		if (rc < 0 || !is_source(o, map))
			continue;
		o->sources->n_items++;
		if (wish && wish->has_sample)
			rc = open_sampled(o, map, source);
		else
			rc = open_buffer(o, map, source);
	}
	return rc;
}

int sources_open(struct loader *loader, const struct session_options *options,
		 struct output *out_text, struct sources *out, struct err *err)
{
	AUTO(sources) struct sources sources = { 0 };
	struct opening o = { loader, options, out_text, &sources, 0, err };
	bool has_trace = source_trace_is_needed(loader);
	struct bpf_program *program;
	size_t n_programs = 0;
	struct bpf_map *map;

	bpf_object__for_each_map (map, loader->bpf)
		o.n_expected += is_source(&o, map);
	/* room for iterators: readers hold pointers into this array, so it must not move */
	bpf_object__for_each_program (program, loader->bpf)
		n_programs++;
	sources.items = mem_array(o.n_expected + 1 + n_programs, sizeof(*sources.items));
	if (open_maps(&o) < 0)
		return -1;
	if (has_trace && open_trace(&o, &sources.items[sources.n_items++]) < 0) {
		if (sources.n_items == 1)
			return -1;
		sources.n_items--;
		log_warn("%s: lines of bpf_printk are not shown", err->text);
	}
	*out = sources;
	sources = (struct sources){ 0 };
	return 0;
}

static bool is_iterator(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_TRACING &&
	       bpf_program__expected_attach_type(program) == BPF_TRACE_ITER;
}

int sources_add_iterators(struct sources *sources, const struct attachments *attachments,
			  const struct session_options *options, struct output *out_text,
			  struct err *err)
{
	for (size_t i = 0; i < attachments->n_items; i++) {
		const struct bpf_program *program = attachments->items[i].program;
		struct source *source;

		if (!is_iterator(program))
			continue;
		sources->items =
			mem_resize(sources->items, sources->n_items + 1, sizeof(*sources->items));
		source = &sources->items[sources->n_items];
		*source =
			(struct source){ .kind = SOURCE_ITER, .interval_ns = options->interval_ns };
		if (source_iter_open(bpf_link__fd(attachments->items[i].link),
				     bpf_program__name(program), options->is_json, out_text,
				     &source->iter, err) < 0)
			return -1;
		sources->n_items++;
	}
	return 0;
}
