// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/identity.h"
#include "base/limits.h"
#include "base/log.h"
#include "btf/value.h"
#include "run/attach.h"
#include "run/explain.h"
#include "run/loader_btf.h"
#include "run/select.h"

#define RING_LEAST (1u << 20) /* smaller ring buffers are made this large: reading is in batches */
#define PREALLOC_MOST (4u << 20) /* hash maps above it allocate as they fill */

static int check_btf(struct loader *l, struct err *err)
{
	const struct object_section *section = object_find(l->object, ".BTF");
	AUTO(raw_btf) struct raw_btf raw = { 0 };

	if (!section || section->data.len == 0)
		return 0;
	/* libbpf reads it as well; this says in one line what is wrong with it */
	return raw_btf_open(section->data, l->name, &raw, err);
}

/* Names of sections that came with libbpf 1.3; Debian 12 has 1.1. */
static void teach_sections(void)
{
	static const char *const sections[] = { "tc/ingress", "tc/egress", "tcx/ingress",
						"tcx/egress" };
	static bool is_done; /* the handlers are the process's */

	if (is_done || libbpf_major_version() != 1 || libbpf_minor_version() >= 3)
		return;
	is_done = true;
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (libbpf_register_prog_handler(sections[i], BPF_PROG_TYPE_SCHED_CLS, 0, NULL) < 0)
			log_trace(TRACE_load, "section %s: %m", sections[i]);
}

static int open_bpf(struct loader *l, struct err *err)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = l->name);

	teach_sections();
	explain_start();
	l->bpf = bpf_object__open_mem(l->bytes.data, l->bytes.len, &opts);
	if (!l->bpf)
		return explain_open(l->name, errno, err);
	l->btf = bpf_object__btf(l->bpf);
	return 0;
}

int loader_open(struct span bytes, const char *name, const struct config *config,
		struct loader **out, struct err *err)
{
	AUTO(loader) struct loader *l = mem_alloc(sizeof(*l));

	l->name = name;
	l->bytes = bytes;
	l->config = config;
	l->btf_fd = -1;
	if (object_open(bytes, name, &l->object, err) < 0 || check_btf(l, err) < 0 ||
	    open_bpf(l, err) < 0)
		return -1;
	if (l->btf && (variables_find(l->object, l->btf, &l->variables, err) < 0 ||
		       params_new(l->btf, &l->variables, config, &l->params, err) < 0))
		return err_wrap(err, "%s", name);
	*out = STEAL(l);
	return 0;
}

void loader_free(struct loader *l)
{
	if (!l)
		return;
	params_done(&l->params);
	variables_done(&l->variables);
	if (l->live.bytes)
		munmap((void *)l->live.bytes, l->live.size);
	identity_raise();
	bpf_object__close(l->bpf);
	identity_lower();
	object_free(l->object);
	kernel_done(&l->kernel);
	kernel_done(&l->file_kernel);
	needs_list_done(&l->replaceable);
	if (l->btf_fd >= 0)
		close(l->btf_fd);
	free(l);
}

bool loader_has_program(const struct loader *l, const char *name)
{
	return bpf_object__find_program_by_name(l->bpf, name) != NULL;
}

const struct config_prog *loader_wish(const struct loader *l, const struct bpf_program *program)
{
	return l->config ? config_find_prog(l->config, bpf_program__name(program)) : NULL;
}

bool loader_is_optional(const struct loader *l, const struct bpf_program *program)
{
	const struct config_prog *wish = loader_wish(l, program);

	return wish && wish->is_optional;
}

const char *loader_section(const struct loader *l, const struct bpf_program *program)
{
	const struct config_prog *wish = loader_wish(l, program);
	const char *own = bpf_program__section_name(program);

	if (!wish || !wish->attach || !*wish->attach)
		return *own == '?' ? own + 1 : own;
	return *wish->attach == '?' ? wish->attach + 1 : wish->attach;
}

/* The map that holds a section of global data, by the type of its value. */
static struct bpf_map *map_of_section(const struct loader *l, const char *section)
{
	struct bpf_map *map;
	int id = btf__find_by_name_kind(l->btf, section, BTF_KIND_DATASEC);

	if (id <= 0)
		return NULL;
	bpf_object__for_each_map (map, l->bpf)
		if (bpf_map__is_internal(map) && bpf_map__btf_value_type_id(map) == (__u32)id)
			return map;
	return NULL;
}

/* The content of a map of global data, mapped; libbpf's own view is what it had before loading. */
static const char *map_content(struct loader *l, const struct bpf_map *map, size_t size)
{
	struct live *live = &l->live;

	if (live->map == map)
		return live->bytes;
	if (live->bytes || !(bpf_map__map_flags(map) & BPF_F_MMAPABLE))
		return NULL;
	live->bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	if (live->bytes == MAP_FAILED) {
		live->bytes = NULL;
		return NULL;
	}
	live->map = map;
	live->size = size;
	return live->bytes;
}

const void *loader_live_variable(struct loader *l, const char *name, uint32_t size)
{
	for (size_t i = 0; i < l->variables.n_items; i++) {
		const struct variable *v = &l->variables.items[i];
		struct bpf_map *map;
		const char *bytes;

		if (strcmp(v->name, name) || v->size != size)
			continue;
		map = map_of_section(l, v->section);
		if (!map || v->offset > bpf_map__value_size(map) ||
		    size > bpf_map__value_size(map) - v->offset)
			continue;
		bytes = map_content(l, map, bpf_map__value_size(map));
		return bytes ? bytes + v->offset : NULL;
	}
	return NULL;
}

static int set_variables(struct loader *l, struct err *err)
{
	for (size_t i = 0; i < l->params.n_items; i++) {
		const struct param *param = &l->params.items[i];
		const struct variable *v = param->place;
		struct bpf_map *map;
		size_t size = 0;
		char *bytes;

		if (!param->is_set)
			continue;
		map = map_of_section(l, v->section);
		bytes = map ? (char *)bpf_map__initial_value(map, &size) : NULL;
		if (!bytes || v->offset > size || v->size > size - v->offset)
			return err_set(err, EC_CORRUPT, "%s: variable %s cannot be set", l->name,
				       param->variable);
		memcpy(bytes + v->offset, param->value, v->size);
	}
	return 0;
}

static bool has_perf_event_program(const struct loader *l)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, l->bpf)
		if (bpf_program__type(program) == BPF_PROG_TYPE_PERF_EVENT)
			return true;
	return false;
}

/* Kernel memory that is taken at load is start-up time; see HACKING.md, "Start-up". */
static void tune_map(struct loader *l, struct bpf_map *map)
{
	const struct config_map *wish =
		l->config ? config_find_map(l->config, bpf_map__name(map)) : NULL;
	uint64_t bytes;

	if (wish && wish->max_entries)
		bpf_map__set_max_entries(map, wish->max_entries);
	else if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF &&
		 bpf_map__max_entries(map) < RING_LEAST)
		bpf_map__set_max_entries(map, RING_LEAST);
	bytes = (uint64_t)bpf_map__max_entries(map) *
		(bpf_map__key_size(map) + bpf_map__value_size(map));
	if (bpf_map__type(map) == BPF_MAP_TYPE_HASH && bytes > PREALLOC_MOST &&
	    !has_perf_event_program(l))
		bpf_map__set_map_flags(map, bpf_map__map_flags(map) | BPF_F_NO_PREALLOC);
}

/* libbpf takes the path of BTF only when it opens, and does not load an object twice. */
static int open_again(struct loader *l, const char *btf_path, struct err *err)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = l->name);

	opts.btf_custom_path = *btf_path ? btf_path : NULL;
	bpf_object__close(l->bpf);
	explain_start();
	l->bpf = bpf_object__open_mem(l->bytes.data, l->bytes.len, &opts);
	if (!l->bpf)
		return explain_open(l->name, errno, err);
	l->btf = bpf_object__btf(l->bpf);
	l->params.btf = l->btf;
	return 0;
}

static int try_load(struct loader *l, int *out_errno)
{
	int rc;

	explain_start();
	identity_raise();
	rc = bpf_object__load(l->bpf);
	*out_errno = errno;
	identity_lower();
	return rc;
}

/* "data" of the configuration: elements that a map has from the start. */
static int fill_map(struct loader *l, const struct config_map *wish, struct err *err)
{
	struct bpf_map *map = bpf_object__find_map_by_name(l->bpf, wish->name);
	int rc = 0;

	if (!map)
		return err_set(err, EC_CORRUPT, "configuration: there is no map '%s'", wish->name);
	for (size_t i = 0; i < wish->n_data && rc == 0; i++) {
		AUTO(free) char *key = mem_alloc(bpf_map__key_size(map));
		AUTO(free) char *value = mem_alloc(bpf_map__value_size(map));

		if (value_from_json(l->btf, bpf_map__btf_key_type_id(map), wish->data[i].key, key,
				    err) < 0 ||
		    value_from_json(l->btf, bpf_map__btf_value_type_id(map), wish->data[i].value,
				    value, err) < 0) {
			err->code = EC_CORRUPT;
			return err_wrap(err, "configuration: data of map %s", wish->name);
		}
		identity_raise();
		rc = bpf_map__update_elem(map, key, bpf_map__key_size(map), value,
					  bpf_map__value_size(map), BPF_ANY);
		identity_lower();
	}
	return rc < 0 ? err_errno(err, "fill map %s", wish->name) : 0;
}

static int fill_maps(struct loader *l, struct err *err)
{
	for (size_t i = 0; l->config && i < l->config->n_maps; i++)
		if (l->config->maps[i].n_data && fill_map(l, &l->config->maps[i], err) < 0)
			return -1;
	return 0;
}

/* Programs that the kernel has refused and the package can do without. */
struct refused {
	const char **names;
	size_t n_names;
};

static void refused_done(struct refused *refused)
{
	for (size_t i = 0; i < refused->n_names; i++)
		free((char *)refused->names[i]);
	free(refused->names);
}
AUTO_STRUCT(refused, struct refused, refused_done);

static int prepare(struct loader *l, const struct select_names *names, struct err *err)
{
	struct bpf_map *map;

	if (set_variables(l, err) < 0 || select_programs(l, names, err) < 0)
		return -1;
	bpf_object__for_each_map (map, l->bpf)
		tune_map(l, map);
	return 0;
}

/* With the object's lines, which older kernels do not tell. */
static int explain(const struct loader *l, int number, struct err *err)
{
	AUTO(relocations) struct relocations r = { 0 };

	relocations_read(l, &r);
	return explain_load(&(struct explain_subject){ l->name, l->bpf, &r.info }, number, err);
}

/* After a failure: was it a program the package can do without? Then it is left out, which is said. */
static bool leave_out(struct loader *l, struct refused *refused, int number)
{
	char *name = explain_failed_program();
	const struct config_prog *wish =
		name && l->config ? config_find_prog(l->config, name) : NULL;
	bool is_optional = wish && wish->is_optional;
	struct err why;

	if (!name || (!is_optional && !select_has_alternative(l, name))) {
		free(name);
		return false;
	}
	explain(l, number, &why);
	log_note("%s; %s", why.text,
		 is_optional ? "it is optional and left out" : "an alternative is taken");
	refused->names[refused->n_names++] = name;
	return true;
}

static size_t count_programs(const struct loader *l)
{
	struct bpf_program *program;
	size_t n = 0;

	bpf_object__for_each_program (program, l->bpf)
		n++;
	return n;
}

int loader_load(struct loader *l, const char *const *skip, size_t n_skip, struct err *err)
{
	size_t n_programs = count_programs(l);
	AUTO(refused) struct refused refused = { 0 };
	char btf_path[PATH_MAX];
	int number;

	refused.names = mem_array(n_programs + 1, sizeof(*refused.names));
	if (loader_btf_open(l, err) < 0 ||
	    loader_btf_prepare(l, btf_path, sizeof(btf_path), err) < 0 ||
	    (*btf_path && open_again(l, btf_path, err) < 0))
		return -1;
	for (;;) {
		struct select_names names = { skip, n_skip, refused.names, refused.n_names };

		if (prepare(l, &names, err) < 0)
			return -1;
		if (try_load(l, &number) == 0)
			return fill_maps(l, err);
		if (refused.n_names == n_programs || !leave_out(l, &refused, number))
			return explain(l, number, err);
		if (open_again(l, btf_path, err) < 0)
			return -1;
	}
}
